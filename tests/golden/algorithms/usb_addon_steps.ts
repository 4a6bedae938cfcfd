import { abc, balancedMasks } from "../../../algorithms/addons/abc.ts";
import { adello } from "../../../algorithms/addons/adello/adello.ts";
import { adsh } from "../../../algorithms/addons/adsh.ts";
import { debiaspl } from "../../../algorithms/addons/debiaspl.ts";
import { rda } from "../../../algorithms/addons/rda.ts";
import { meanCountWeights, saw } from "../../../algorithms/addons/saw.ts";
import {
  enhancements,
  transferLabels,
  tras,
  trasLogPrior,
  type TrasOptions,
} from "../../../algorithms/addons/tras.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { learnedTarget, type TargetOptions } from "../../../algorithms/shared/consistency.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { slice, sub } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor } from "../../../core/autograd/tensor.ts";
import type { Host } from "../../../core/training/plugin/host_slots.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress, Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { CaseReader } from "./case_reader.ts";
import type { StepReading } from "./case_step.ts";
import type { PresetDraws } from "./preset_random.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;

/** Steps of an epoch, where a case counts epochs alone. */
const EPOCH = 10;

/** Names of the heads that a case gives weights of. */
const HEADS: Readonly<Record<string, string>> = { tras: "tras", abc: "abc", rda: "reverse" };

/** Steps of add-ons on FixMatch: logits and features are given, one tensor for all rows. */
export async function checkAddonSteps(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, p = c.params;
  const classes: number = p.classes,
    B: number = p.B,
    unlabeled = B * p.mu,
    features: number = p.D ?? 0;
  const views: StubViews = [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]];
  const model = new StubModel({ features, heads: { main: classes } });
  const base = fixmatch({
    threshold: p.p_cutoff ?? p.p_cutoff_unused ?? 0.95,
    lambda: p.lambda_u,
    targets: p.hard_label === false ? "soft" : "hard",
    temperature: p.T ?? 0.5,
  });
  const addon = addonOf(c), name = addon?.name ?? "";
  const steps = new StepCase(device, {
    stack: compose(base, ...addon ? [addon] : []),
    model,
    data: {
      // A case of balanced labels states none; the first class counts as the most frequent one.
      counts: p.labelled_counts ?? Array.from({ length: classes }, (_, k) => 2 * classes - k),
      unlabeled: p.unlabelled_size ?? unlabeled,
      features,
    },
  });
  const epochs = epochsOf(c);
  startOf(read, steps);
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = `step${i}`, epoch = epochs[i] ?? 0;
    if (epoch !== (epochs[i - 1] ?? -1)) await checkEpoch(read, steps, epoch);
    const got = await steps.step({
      images: model.images(views, {
        main: read.floats(`${at}/z`),
        ...(features > 0 ? { features: read.floats(`${at}/f`) } : {}),
      }),
      y: read.ints(`${at}/y`),
      progress: progressOf(c, i, epoch),
      random: drawsOf(read, at),
      ...(c.has("W") ? { weights: headOf(read, HEADS[name] ?? name) } : {}),
      probe: (s, t) => probe(c, s, t, { base, addon }),
    });
    checkStep(read, at, { got, lambda: p.lambda_u });
    read.close(`${at}/d_z`, model.gradient(got, "main"), GRADIENT);
    if (features > 0) read.close(`${at}/d_f`, model.gradient(got, "features"), GRADIENT);
    const head = `heads.${HEADS[name] ?? name}`;
    read.close(`${at}/d_W`, got.gradients[`${head}.weight`] ?? [], GRADIENT);
    read.close(`${at}/d_b`, got.gradients[`${head}.bias`] ?? [], GRADIENT);
    if (name === "debiaspl") read.close(`${at}/p_hat`, await steps.readState("debiaspl/estimate"));
    if (name === "rda") await checkBanks(read, at, steps);
    const ends = epoch !== (epochs[i + 1] ?? -1);
    if (ends && c.has(`eval_logits${epoch}`)) await endEpoch(read, steps, { i, epoch });
  }
}

/** The add-on that a case holds traces of, with its settings; as released where it says so. */
function addonOf(c: GoldenCase): Plugin | null {
  const p = c.params;
  if (c.has("step0/p_hat")) {
    const mean = c.name.endsWith("released") ? "all" : "class";
    return debiaspl({ tau: p.tau, margin: p.loss_tau, momentum: p.ema_p, mean });
  }
  if (c.has("epoch0/w_l")) return saw();
  if (c.has("epoch0/s")) return adsh({ threshold: p.tau_1, rule: "released" });
  if (c.has("step0/bern_l")) {
    return abc({ threshold: p.abc_p_cutoff, lambda: p.abc_loss_ratio, targets: "hard" });
  }
  if (c.has("la")) {
    return tras({
      scale: p.A,
      offset: p.B_tras,
      power: p.tro,
      threshold: p.p_cutoff,
      warmup: p.warmup_epochs / totalOf(c),
      prior: "inverse",
      guesses: "adjusted",
    });
  }
  if (c.has("step0/y_comp")) {
    return rda({ batches: p.queue, lambda: p.lambda_u, scale: "batch", start: "ones" });
  }
  if (p.lambda_distill === undefined) return null;
  return adello({
    align: false,
    distillAfter: p.distill_start_iter,
    distillWeight: p.lambda_distill,
  });
}

/** The epoch of each step. */
function epochsOf(c: GoldenCase): number[] {
  const p = c.params, { steps_per_epoch: per } = p;
  if (Array.isArray(per)) return per.flatMap((n, epoch) => new Array<number>(n).fill(epoch));
  const steps = c.tensorNames.filter((name) => /^step\d+\/z$/.test(name)).length;
  return Array.from(
    { length: steps },
    (_, i) =>
      per !== undefined
        ? Math.floor(i / per)
        : c.hasScalar(`step${i}/epoch`)
        ? c.scalar(`step${i}/epoch`)
        : 0,
  );
}

/** Epochs of the run: those that a case states, or as many as its steps and its warm-up need. */
function totalOf(c: GoldenCase): number {
  const { total_epochs: total, warmup_epochs: warmup = 1 } = c.params;
  return total ?? Math.max(warmup, 1 + Math.max(...epochsOf(c)));
}

function progressOf(c: GoldenCase, i: number, epoch: number): Progress {
  const counted = c.hasScalar(`step${i}/epoch`);
  return {
    step: counted ? epoch * EPOCH : i,
    steps: totalOf(c) * EPOCH,
    epoch,
    epochSteps: EPOCH,
  };
}

function headOf(read: CaseReader, head: string): Record<string, Float32Array> {
  return {
    [`heads.${head}.weight`]: read.floats("W"),
    [`heads.${head}.bias`]: read.floats("b"),
  };
}

/** Banks that a case starts from: rings, of which the oldest slot is the next to be written. */
function startOf(read: CaseReader, steps: StepCase): void {
  const { case: c } = read;
  for (const [ring, key] of [["ring_init", "main"], ["ring_rev_init", "reverse"]] as const) {
    if (!c.has(ring)) continue;
    const values = read.floats(ring), from = c.params.first_count * c.params.classes;
    steps.setState(`rda/${key}`, [...values.subarray(from), ...values.subarray(0, from)]);
  }
}

/** Random numbers that lead to what a case says was drawn. */
function drawsOf(read: CaseReader, at: string): Record<string, PresetDraws> {
  const { case: c } = read;
  if (c.has(`${at}/bern_l`)) {
    const below = (name: string) => ({
      uniform: read.floats(`${at}/${name}`).map((one) => 1 - one),
    });
    const [labeled, unlabeled] = [below("bern_l"), below("bern_u")];
    return Object.fromEntries(
      ["abc", "probe"].flatMap((plugin) => [
        [`${plugin}/labeled`, labeled],
        [`${plugin}/unlabeled`, unlabeled],
      ]),
    );
  }
  if (!c.has(`${at}/y_comp`)) return {};
  const { classes } = c.params, uniform = new Float32Array(c.params.B * classes);
  read.ints(`${at}/y_comp`).forEach((k, i) => uniform[i * classes + k] = 0.9);
  return { "rda/complement": { uniform } };
}

/** What the methods make on the way. */
function probe(
  c: GoldenCase,
  s: Step,
  t: Targets,
  { base, addon }: { readonly base: Plugin; readonly addon: Plugin | null },
): Record<string, AnyTensor> {
  const learned = learnedTarget(t, base.config as unknown as TargetOptions); // its own
  const strong = s.student.strong[0]!; // FixMatch asks for it
  return {
    [learned.dtype === "i32" ? "yhat" : "target"]: learned,
    p_debiased: t.probs,
    loss_bias: slice(sub(strong.logits(), strong.rawLogits()), { end: 1 }),
    ...(addon?.name === "abc"
      ? {
        mask_aux: balancedMasks(s, { threshold: c.params.abc_p_cutoff, refine: true }).unlabeled,
      }
      : {}),
    ...(addon?.name === "tras"
      ? { mask_aux: transferLabels(s, addon.config as unknown as TrasOptions).sure } // its own
      : {}),
  };
}

/** Terms that a case states as one, by its name. */
const TERMS: Readonly<Record<string, readonly string[]>> = {
  Laux: ["abc labeled", "abc unlabeled", "tras labeled", "tras transfer"],
  Lu_cd: ["unlabeled"],
  Lu_ca: ["reverse"],
};

function checkStep(
  read: CaseReader,
  at: string,
  { got, lambda }: { readonly got: StepReading; readonly lambda: number },
): void {
  const { probed, terms, mask } = got, p = read.case.params;
  read.close(`${at}/Ls`, terms["labeled"] ?? NaN);
  read.close(`${at}/Lu`, (terms["unlabeled"] ?? NaN) / lambda);
  for (const [name, parts] of Object.entries(TERMS)) {
    const sum = parts.reduce((total, part) => total + (terms[part] ?? 0), 0);
    read.close(`${at}/${name}`, sum / (name === "Laux" ? 1 : lambda));
  }
  read.close(`${at}/Lc`, (terms["distill"] ?? 0) / (p.lambda_distill ?? 1));
  read.close(`${at}/loss`, got.loss);
  if (read.has(`${at}/epoch`)) read.scalar(`${at}/epoch`);
  // SAW's weights are compared by themselves: the case has the mask without them.
  read.equal(`${at}/mask`, p.unlabelled_size === undefined ? mask : mask.map(Math.sign));
  read.close(`${at}/mask_mean`, mask.reduce((a, b) => a + b, 0) / mask.length);
  for (const name of ["target", "p_debiased", "loss_bias"]) {
    read.close(`${at}/${name}`, probed[name] ?? []);
  }
  for (const name of ["yhat", "mask_aux"]) read.equal(`${at}/${name}`, probed[name] ?? []);
}

/** Compares what holds in an epoch: SAW's weights, Adsh's thresholds. */
async function checkEpoch(read: CaseReader, steps: StepCase, epoch: number): Promise<void> {
  const at = `epoch${epoch}`;
  if (epoch === 0 && read.has("la")) {
    const { A: scale, B_tras: offset, tro: power, labelled_counts: counts } = read.case.params;
    read.close("la", trasLogPrior(counts, { power, prior: "inverse" }));
    read.close("T_logit", enhancements(counts, { scale, offset, power }));
  }
  if (read.has(`${at}/w_l`)) {
    read.close(`${at}/w_l`, meanCountWeights(steps.data.counts));
    read.close(`${at}/w_u`, await steps.readState("saw/weights"));
  }
  if (!read.has(`${at}/s`)) return;
  const thresholds = await steps.readState("adsh/thresholds");
  read.close(`${at}/threshold`, thresholds);
  read.close(`${at}/s`, thresholds.map((t) => -Math.log(t)));
}

/** Hands the methods what the average makes of the unlabeled images. */
async function endEpoch(
  read: CaseReader,
  steps: StepCase,
  { i, epoch }: { readonly i: number; readonly epoch: number },
): Promise<void> {
  const logits = read.floats(`eval_logits${epoch}`), { classes } = steps.data;
  const predict: Host["predict"] = () =>
    Promise.resolve({
      logits,
      features: new Float32Array(),
      labels: null,
      images: logits.length / classes,
      classes,
    });
  await steps.between("epoch", { progress: progressOf(read.case, i + 1, epoch + 1), predict });
}

/** Compares RDA's running means. */
async function checkBanks(read: CaseReader, at: string, steps: StepCase): Promise<void> {
  // Where the next mean is written says nothing here: the oldest one falls out.
  read.ignore(`${at}/count`);
  const [held = 1] = await steps.readState("rda/held"), { classes } = steps.data;
  for (const [name, key] of [["q_mean", "main"], ["q_rev_mean", "reverse"]] as const) {
    const bank = await steps.readState(`rda/${key}`);
    const means = Array.from(
      { length: classes },
      (_, k) => bank.reduce((sum, x, i) => i % classes === k ? sum + x : sum, 0) / held,
    );
    read.close(`${at}/${name}`, means);
  }
}

/** Weights of classes by effective number, for several counts. */
export function checkMeanCountWeights(read: CaseReader): void {
  for (let i = 0; read.case.has(`counts${i}`); i++) {
    read.close(`w${i}`, meanCountWeights([...read.ints(`counts${i}`)]));
  }
}
