import { blended, cossl, type CosslOptions } from "../../../algorithms/addons/cossl/cossl.ts";
import { mixmatch } from "../../../algorithms/bases/mixmatch.ts";
import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import { bankMean, temperedPrior } from "../../../algorithms/shared/distribution_alignment.ts";
import { deinterleave, interleave } from "../../../algorithms/shared/batch_rows.ts";
import { drawMixing, mixRows } from "../../../algorithms/shared/mixing.ts";
import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { concat, oneHot, softmax } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress, Step } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { CaseReader } from "./case_reader.ts";
import { CosslHead, resize } from "./cossl_head.ts";
import { interleaveOffsets } from "./cossl_functions.ts";
import { blendDraws, coOptions } from "./cossl_options.ts";
import { IdentityModel } from "./identity_model.ts";
import type { CaseStep, StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";

/** Most passes with gradient that a method of the family runs in a step. */
const PASSES = 8;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const RAMP = { ramp: "linear", rampShare: 1 } as const;

type Draws = NonNullable<CaseStep["random"]>;

/** How a second run of a case differs from it, to show what a run does not say itself. */
interface Variant {
  /** Sharpening of 1: the pseudo-label before it. */
  readonly temperature?: number;
  /** Without a ramp: terms that a ramp has at 0. */
  readonly rampShare?: number;
  readonly ramp?: CosslOptions["ramp"];
}

/** MixMatch and ReMixMatch in both parts of the run, on an identity network. */
export async function checkMixing(
  read: CaseReader,
  check: Check,
  device: Device,
): Promise<void> {
  const { params: p } = read.case;
  const width = Math.max(p.classes, p.features), parts = p.interleave_offsets.length - 1;
  const offsets = await interleaveOffsets(device, p.B, parts);
  check.equal("interleave_offsets", offsets, p.interleave_offsets);
  const model = new IdentityModel({
    width,
    classes: p.classes,
    passes: { count: PASSES, rows: p.B },
    ...(p.base === "remix" ? { heads: { rotation: [p.B, 4] } } : {}),
  });
  const traceOf = (variant: Variant) =>
    new StepCase(device, {
      stack: compose(baseOf(read, variant), addonOf(read, variant)),
      model,
      data: {
        counts: p.labelled_counts,
        features: width,
        unlabeled: p.unlabelled_counts_for_target_sum ?? 1,
      },
    });
  const traces = {
    full: traceOf({ rampShare: 0, ramp: "own" }),
    before: traceOf({ temperature: 1 }),
    applied: traceOf({ ramp: "own" }),
    own: traceOf({}),
  };
  const head = p.phase === "CoSSL" ? new CosslHead(read, device, addonOf(read, {}), width) : null;
  if (read.has("target")) {
    const total = p.unlabelled_counts_for_target_sum as number;
    read.close("target", temperedPrior(p.labelled_counts, 1).map((share) => share * total));
  }
  for (let step = 0; step < p.steps; step++) {
    const given = stepOf(read, { step, width, parts, model, head });
    const run = async (trace: StepCase) => {
      const reading = await trace.step(given);
      for (const { images } of model.recorded) device.release(images);
      return reading;
    };
    const full = await run(traces.full), before = await run(traces.before);
    const applied = await run(traces.applied), own = await run(traces.own), at = `step${step}`;
    checkTerms(read, at, { full, applied, own });
    read.close(`${at}/p`, before.probs);
    read.close(`${at}/q`, own.probs);
    for (const [name, got] of Object.entries(own.probed)) read.close(`${at}/${name}`, got);
    await checkGradients(read, device, { at, own, parts, width });
    await head?.check(at, own);
    if (p.base === "remix") await checkQueue(read, traces.own, at);
  }
}

function baseOf(read: CaseReader, { temperature, rampShare }: Variant): Plugin {
  const { params: p } = read.case;
  const options = {
    ...RAMP,
    temperature: temperature ?? p.T,
    rampShare: rampShare ?? RAMP.rampShare,
    lambda: p.lambda_u,
  };
  if (p.base === "mix") return mixmatch(options);
  if (p.base !== "remix") throw new SyntaxError(`Cannot tell which base '${p.base}' means`);
  return remixmatch({
    ...options,
    unmixed: p.w_ent,
    rotation: p.w_rot,
    align: p.align,
    target: "counts",
  });
}

function addonOf(read: CaseReader, { ramp }: Variant): Plugin {
  const { params: p } = read.case;
  return cossl({ ...coOptions(p), ramp: ramp ?? (p.base === "mix" ? "one" : "full") });
}

/** The case counts epochs from where a text like `130 + k/2 (…)` says. */
function progressOf({ case: { params: p } }: CaseReader, step: number): Progress {
  const [, first, epochSteps] = p.real_epoch_at_step_k.match(/^(\d+) \+ k\/(\d+)/)?.map(Number) ??
    [];
  if (first === undefined || !epochSteps) {
    throw new SyntaxError(`Cannot tell which step '${p.real_epoch_at_step_k}' means`);
  }
  return { step: first * epochSteps + step, steps: p.E * epochSteps, epoch: first, epochSteps };
}

interface StepParts {
  readonly step: number;
  readonly width: number;
  readonly parts: number;
  readonly model: IdentityModel;
  readonly head: CosslHead | null;
}

function stepOf(read: CaseReader, { step, width, parts, model, head }: StepParts): CaseStep {
  const { params: p } = read.case, at = `step${step}`, { B, classes, features } = p;
  const rows = (name: string, from: number) => resize(read.floats(`${at}/${name}`), from, width);
  const image = (input: "weak" | "strong", student: string, average?: string) =>
    model.images(
      input,
      rows(student, classes),
      average && head ? rows(average, features) : undefined,
    );
  const remix = p.base === "remix";
  // Weak logits of the pseudo-label are those of the images, where the base makes it itself.
  const weak = read.has(`${at}/z_uw`) ? "z_uw" : "z_u";
  const stream = (name: string) => {
    const images = rows(name, features);
    return model.images("labeled", images);
  };
  if (weak === "z_uw") read.equal(`${at}/z_u`, read.floats(`${at}/z_uw`));
  return {
    images: [
      model.images("labeled", rows("z_x", classes)),
      image("weak", weak, "f_u"),
      ...(remix
        ? [image("strong", "z_s1"), image("strong", "z_s2")]
        : [image("weak", "z_u2", "f_u2")]),
    ],
    y: read.ints(`${at}/y`),
    progress: progressOf(read, step),
    ...(head
      ? {
        streams: {
          balanced: { ...stream("f_c"), y: read.ints(`${at}/y_c`) },
          any: { ...stream("f_v"), y: new Array<number>(B).fill(-1) },
        },
        averageWeights: head.weights().averageWeights ?? {},
      }
      : {}),
    weights: {
      ...head?.weights().weights,
      ...(remix ? { rotation: read.floats(`${at}/z_rot`) } : {}),
    },
    random: joined(blendDraws(read, at), mixingDraws(read, at)),
    probe: (s, t) => probe(read, s, { probs: t.probs, parts }),
  };
}

/** Draws of both kinds, also where they have one name. */
function joined(a: Draws, b: Draws): Draws {
  const names = [...new Set([...Object.keys(a), ...Object.keys(b)])];
  return Object.fromEntries(names.map((name) => [name, { ...a[name], ...b[name] }]));
}

function mixingDraws(read: CaseReader, at: string): Draws {
  const name = read.case.params.base === "mix" ? "mixmatch" : "remixmatch";
  const order = { permutation: read.ints(`${at}/perm`) };
  const share = { beta: read.scalar(`${at}/lam_mix`) as number };
  const draws = Object.fromEntries(
    [name, "probe"].flatMap((who) => [[`${who}/order`, order], [`${who}/share`, share]]),
  );
  if (!read.has(`${at}/rot_k`)) return draws;
  // The largest of four draws says how far an image is turned.
  const turns = [...read.ints(`${at}/rot_k`)];
  const uniform = turns.flatMap((turn) => [0, 1, 2, 3].map((k) => Number(k === turn)));
  return { ...draws, [`${name}/turns`]: { uniform } };
}

function probe(
  read: CaseReader,
  s: Step,
  { probs, parts }: { readonly probs: Tensor; readonly parts: number },
): Record<string, AnyTensor> {
  const { params: p } = read.case, { y } = s.batch.labeled, rows = parts * y.size;
  const targets = [oneHot(y, p.classes), ...new Array<Tensor>(parts - 1).fill(probs)];
  const numbers = Float32Array.from({ length: rows }, (_, i) => i);
  const mixed = Array.from({ length: parts }, (_, i) => s.late(`mixed${i}`).logits());
  const scalar = (x: number) => y.device.tensor([x], [1]);
  const ramp = rampWeight(RAMP, s.progress);
  const weights = {
    w: scalar(s.ramp(ramp, p.lambda_u)),
    w_mixmatch: scalar(ramp * p.lambda_u),
    w_ent_eff: scalar(s.ramp(ramp, p.w_ent ?? 0)),
  };
  const out = {
    mixed_target: mixRows(targets, drawMixing(s, 1, rows)),
    forward_rows: concat(interleave(y.device.tensor(numbers, [rows, 1]), y.size)),
    z_mixed: deinterleave(mixed),
    ...weights,
  };
  if (p.phase !== "CoSSL") return out;
  const fused = blended(s, p.max_lam);
  return {
    ...out,
    fused,
    logits_g: s.head("balanced", fused),
    p_if_ema_head: softmax(s.average.weak[0]!.logits("balanced")), // a view is given
  };
}

/** Terms as the case has them, without their weights, and their weighted sums. */
function checkTerms(
  read: CaseReader,
  at: string,
  { full, applied, own }: Record<"full" | "applied" | "own", StepReading>,
): void {
  const { params: p } = read.case;
  const term = (reading: StepReading, name: string) => reading.terms[name] ?? NaN;
  const sum = (reading: StepReading) => reading.loss - (reading.terms["balanced"] ?? 0);
  read.close(`${at}/Lx`, term(own, "labeled"));
  read.close(`${at}/Lu`, term(full, "unlabeled") / p.lambda_u);
  read.close(`${at}/Le`, term(full, "unmixed") / p.w_ent);
  read.close(`${at}/Lr`, term(own, "rotation") / p.w_rot);
  read.close(`${at}/loss`, sum(own));
  read.close(`${at}/loss_if_weight_applied`, sum(applied));
}

async function checkGradients(
  read: CaseReader,
  device: Device,
  { at, own, parts, width }: {
    readonly at: string;
    readonly own: StepReading;
    readonly parts: number;
    readonly width: number;
  },
): Promise<void> {
  const { base, B, classes } = read.case.params;
  // The strong view, unmixed, comes before the mixed batches.
  const first = base === "remix" ? 1 : 0;
  const of = (pass: number) =>
    resize(own.gradients[`pass/${pass}`] ?? new Float32Array(), width, classes);
  const mixed = Array.from(
    { length: parts },
    (_, i) => device.tensor(of(first + i), [B, classes]),
  );
  read.close(`${at}/d_z_mixed`, await device.read(deinterleave(mixed)), GRADIENT);
  if (base !== "remix") return;
  read.close(`${at}/d_z_s1`, of(0), GRADIENT);
  read.close(`${at}/d_z_rot`, own.gradients["rotation"] ?? [], GRADIENT);
}

/** Compares the predictions that ReMixMatch remembers with those of a case. */
export async function checkQueue(read: CaseReader, trace: StepCase, at: string): Promise<void> {
  if (!read.case.params.align) {
    // The original fills a queue that nothing reads.
    for (const name of ["queue_last", "queue_length", "p_hat_mean"]) read.ignore(`${at}/${name}`);
    return;
  }
  const { bank, held } = trace.state.of("remixmatch");
  const rows = await trace.device.read(bank!); // declared, as the next one
  read.close(`${at}/queue_last`, rows.slice(-trace.data.classes));
  read.equal(`${at}/queue_length`, await trace.device.read(held!));
  const average = bankMean({ bank: bank!, held: held! });
  read.close(`${at}/p_hat_mean`, await trace.device.read(average));
}
