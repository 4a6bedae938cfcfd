import { mixmatch } from "../../../algorithms/bases/mixmatch.ts";
import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import {
  alignDistribution,
  bankMean,
  pushMean,
} from "../../../algorithms/shared/distribution_alignment.ts";
import { interleave } from "../../../algorithms/shared/batch_rows.ts";
import { sharpen } from "../../../algorithms/shared/mixing.ts";
import { keptShares, selectRarest } from "../../../algorithms/addons/crest/select_rarest.ts";
import { blendChances } from "../../../algorithms/addons/cossl/tail_blend.ts";
import { cosslWeights } from "../samplers/class_aware_sampler.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { softmax } from "../../../core/autograd/ops/mod.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { constant } from "../../../core/nn/init.ts";
import { Optimizer } from "../../../core/nn/optimizer.ts";
import { crestAlignmentExponent } from "../../../algorithms/addons/crest/crest.ts";
import { rampUp } from "../../../core/nn/schedules/mod.ts";
import type { Check } from "../check.ts";
import type { CaseReader } from "./case_reader.ts";

/** Averages, schedules, samplers, queues and selections. */
export async function checkFunctions(
  read: CaseReader,
  check: Check,
  open: () => Promise<Device>,
): Promise<void> {
  if (read.has("ema_before")) await checkAverage(read, check, await open());
  else if (read.has("ramp")) await checkSchedule(read, check, await open());
  else if (read.has("weight")) checkSampler(read);
  else if (read.has("kept")) checkSelection(read);
  else if (read.case.params.ring) await checkRing(read, await open());
  else check.fail("", "no kind of case holds these tensors");
}

/** The average of parameters and of batch statistics, and what shrinks the network after it. */
async function checkAverage(read: CaseReader, check: Check, device: Device): Promise<void> {
  const { alpha, shrink } = read.case.params;
  // Networks of this build start equal: which of the two was copied makes no difference, and no
  // network of ours counts batches.
  for (const name of ["online_before", "ema_before"]) read.ignore(name);
  for (const name of ["before", "constructed", "after"]) read.ignore(`counter_${name}`);
  const start = read.floats("online_constructed");
  check.equal("ema_constructed", read.floats("ema_constructed"), start);
  const b = new Builder();
  b.parameter("p", [start.length], constant(0));
  b.buffer("b", [start.length], 0);
  const set = b.finish(), live = set.allocate(device), average = set.allocate(device);
  const gradients = set.parameters.allocate(device);
  const [p, q] = [live.parameters[0]!, live.buffers[0]!]; // declared above
  for (const tensor of [p, q, average.parameters[0]!, average.buffers[0]!]) {
    device.write(tensor, start);
  }
  const options = { kind: "sgd", momentum: 0, nesterov: false } as const;
  const rule = { weightDecay: 0, rateScale: 1, averageScale: 1 };
  const optimizer = new Optimizer(device, set, options, () => rule);
  for (let step = 0; read.has(`online_${step}`); step++) {
    const moved = read.floats(`online_${step}`), before = await device.read(p);
    device.write(gradients.views[0]!, before.map((x, i) => x - moved[i]!)); // of one length
    device.write(q, moved);
    optimizer.update(live, gradients.flat, average, {
      rate: () => 1,
      present: new Set([0]),
      averageDecay: alpha,
      averageBuffers: "average",
      shrink: 1 - shrink,
    });
    for (const [i, tensors] of [[0, live], [1, average]] as const) {
      const name = i === 0 ? `online_${step}_after` : `ema_${step}`;
      read.close(name, await device.read(tensors.parameters[0]!)); // declared above
      read.close(name, await device.read(tensors.buffers[0]!));
    }
  }
}

async function checkSchedule(read: CaseReader, check: Check, device: Device): Promise<void> {
  const { pretrain } = read.case.params;
  const exact = { relative: 1e-9, absolute: 1e-12 };
  const ramp = rampUp({ length: pretrain.epochs });
  for (const name of ["ramp", "remix_weight_pretrain", "mix_weight_pretrain"]) {
    const rows = read.scalar(name) as Readonly<Record<string, number>>;
    const full = Math.max(...Object.values(rows)); // past the ramp
    const { lambda } = (name.startsWith("mix") ? mixmatch({ lambda: full }) : remixmatch()).config;
    const weight = name === "ramp" ? 1 : lambda as number;
    for (const [epoch, want] of Object.entries(rows)) {
      check.close(`${name} ${epoch}`, weight * ramp(Number(epoch)), want, exact);
    }
  }
  read.close("ramp_length_0", rampUp({ length: 0 })(0), exact);
  // Checkpoints of this build are not named after epochs.
  for (const name of ["files_pretrain", "files_cossl"]) read.ignore(name);
  for (const name of read.case.scalarNames.filter((n) => n.startsWith("interleave_offsets"))) {
    const [, batch, parts] = name.match(/_B(\d+)_n(\d+)$/)?.map(Number) ?? [];
    if (!batch || !parts) throw new SyntaxError(`Cannot tell which batches '${name}' means`);
    read.equal(name, await interleaveOffsets(device, batch, parts));
  }
}

/** Where the groups of the first interleaved batch begin. */
export async function interleaveOffsets(
  device: Device,
  batch: number,
  parts: number,
): Promise<number[]> {
  const rows = Float32Array.from({ length: batch * parts }, (_, i) => i);
  const [first] = interleave(device.tensor(rows, [rows.length, 1]), batch);
  const sources = [...await device.read(first!)].map((row) => Math.floor(row / batch)); // a batch
  return Array.from({ length: parts + 1 }, (_, i) => sources.filter((part) => part < i).length);
}

function checkSampler(read: CaseReader): void {
  const counts = read.case.params.labelled_counts as readonly number[];
  const y = read.ints("y"), byClass = cosslWeights(counts);
  const weights = [...y].map((c) => byClass[c]!); // labels are classes
  read.close("weight", weights);
  read.close("P", blendChances(counts));
  read.equal("draws", weights.length);
  const total = weights.reduce((a, b) => a + b, 0);
  const first = weights.filter((_, i) => y[i] === 0).reduce((a, b) => a + b, 0);
  read.close("expected_share_per_class", first / total);
}

function checkSelection(read: CaseReader): void {
  const { classes, gamma_l: gamma, alpha, generations, t_min: minimum } = read.case.params;
  const predicted = read.scalar("predicted_counts") as readonly number[];
  const counts = [gamma, ...new Array<number>(classes - 1).fill(1)]; // largest and smallest count
  const shares = keptShares(counts, { alpha, form: "geometric" });
  const images = predicted.reduce((a, b) => a + b, 0);
  const logits = new Float32Array(images * classes);
  predicted.flatMap((n, c) => new Array<number>(n).fill(c)).forEach((c, i) => {
    logits[i * classes + c] = 1 + i / images;
  });
  const chosen = [
    ...selectRarest({ logits, images, classes }, { shares, by: "logit" })
      .values(),
  ];
  read.equal("kept", predicted.map((_, c) => chosen.filter((label) => label === c).length));
  const exponent = crestAlignmentExponent({ generations, minimum });
  const exponents = Array.from({ length: generations }, (_, generation) => exponent(generation));
  read.close("exponents", exponents, { relative: 1e-9, absolute: 1e-12 });
}

async function checkRing(read: CaseReader, device: Device): Promise<void> {
  const { classes, B, steps, ring } = read.case.params;
  const z = read.floats("z_u"), target = device.tensor(read.floats("target"), [classes]);
  const temperature = remixmatch().config["temperature"] as number; // an option of it
  let bank = { bank: device.zeros([ring, classes]), held: device.zeros([1]) };
  for (let step = 0; step < steps; step++) {
    const rows = z.subarray(step * B * classes, (step + 1) * B * classes);
    const probs = softmax(device.tensor(rows, [B, classes]));
    const next = pushMean(bank, probs);
    bank = { bank: next.bank, held: next.held };
    if (!read.has(`q_${step}`)) continue;
    read.equal(`length_${step}`, await device.read(bank.held));
    const average = bankMean(bank);
    read.close(`p_hat_${step}`, await device.read(average));
    const q = sharpen(alignDistribution(probs, { target, average }), temperature);
    read.close(`q_${step}`, await device.read(q));
  }
}
