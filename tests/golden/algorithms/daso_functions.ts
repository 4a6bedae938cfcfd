import { ldam, ldamMargins } from "../../../algorithms/addons/ldam.ts";
import { logitadjust } from "../../../algorithms/addons/logitadjust.ts";
import { reweight } from "../../../algorithms/addons/reweight.ts";
import { supervised } from "../../../algorithms/bases/supervised.ts";
import {
  alignDistribution,
  bankMean,
  pushMean,
  temperedPrior,
} from "../../../algorithms/shared/distribution_alignment.ts";
import { estimateCounts } from "../../../algorithms/addons/darp/estimate_counts.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { effectiveNumberWeights, scaleWeights } from "../../../core/class_weights.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { confusionMargins, confusionMatrix } from "../../../core/training/metrics/confusion.ts";
import {
  imbalanceRatio,
  pseudoLabelDiagnostics,
} from "../../../core/training/metrics/pseudo_label_diagnostics.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { StubModel } from "./stub_model.ts";

/** The bank of distribution alignment, batch after batch. */
export async function checkAlignment(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { params: { classes, B_u: rows, batches, bank: size, exponent, labelled_counts } } = c;
  const { values } = familyTolerance(c), p = c.floats("p"), at = c.ints("at");
  const averages = new Float32Array(at.length * classes);
  const aligned = new Float32Array(at.length * rows * classes);
  let bank = device.zeros([size, classes]), held = device.zeros([1]);
  for (let batch = 0; batch < batches; batch++) {
    const own = p.subarray(batch * rows * classes, (batch + 1) * rows * classes);
    const made = device.scope(() => {
      const probs = device.tensor(own, [rows, classes]);
      const next = pushMean({ bank, held }, probs), average = bankMean(next);
      const target = device.tensor(temperedPrior(labelled_counts, exponent), [classes]);
      return { next, average, aligned: alignDistribution(probs, { target, average }) };
    });
    bank.dispose();
    held.dispose();
    ({ bank, held } = made.next);
    const row = at.indexOf(batch);
    if (row >= 0) {
      averages.set(await device.read(made.average), row * classes);
      aligned.set(await device.read(made.aligned), row * rows * classes);
    }
    made.average.dispose();
    made.aligned.dispose();
  }
  bank.dispose();
  held.dispose();
  check.close("average", averages, c.tensor("average"), values);
  check.close("aligned", aligned, c.tensor("aligned"), values);
}

/** The labeled loss with each add-on that changes it; a name says which, with its number. */
export async function checkLabeledLosses(
  c: GoldenCase,
  check: Check,
  device: Device,
): Promise<void> {
  const { params: { classes, B, labelled_counts: counts } } = c;
  const { values, gradients } = familyTolerance(c);
  for (const full of c.scalarNames) {
    const at = full.slice(0, full.indexOf("/")), number = Number(at.match(/[\d.]+$/)?.[0] ?? NaN);
    const addons: Plugin[] = [];
    if (at.startsWith("la_tau")) addons.push(logitadjust({ tau: number }));
    else if (at.startsWith("weighted_beta")) addons.push(reweight({ beta: number }));
    else if (at === "ldam_drw") addons.push(ldam({ from: 0 }));
    else if (at !== "ce") {
      check.fail(full, "no labeled loss of this name is known");
      continue;
    }
    const model = new StubModel({ heads: { main: classes } });
    const stack = compose(supervised(), ...addons);
    const reading = await new StepCase(device, { stack, model, data: { counts } }).step({
      images: model.images([["labeled", B]], { main: c.floats("z") }),
      y: c.ints("y"),
      progress: { step: 0, steps: 1, epoch: 0, epochSteps: 1 },
    });
    check.close(full, reading.loss, c.scalar(full), values);
    check.close(`${at}/d_z`, model.gradient(reading, "main"), c.tensor(`${at}/d_z`), gradients);
    if (c.has(`${at}/omega`)) {
      const omega = scaleWeights(effectiveNumberWeights(counts, number));
      check.close(`${at}/omega`, omega, c.tensor(`${at}/omega`), values);
    }
    if (c.has(`${at}/margin`)) {
      const margins = ldamMargins(counts, Number(ldam.spec.defaults.margin));
      check.close(`${at}/margin`, margins, c.tensor(`${at}/margin`), values);
    }
  }
}

/** DARP's estimate of the unlabeled class counts. */
export function checkEstimate(c: GoldenCase, check: Check): void {
  const { values } = familyTolerance(c);
  const found = estimateCounts({
    heldOut: { logits: c.floats("z_val"), labels: c.ints("y_val") },
    unlabeled: { logits: c.floats("z_unlabelled") },
    classes: c.params.classes,
  });
  check.close("q_tilde", found.predicted, c.tensor("q_tilde"), values);
  check.close("q", found.counts, c.tensor("q"), values);
  check.close("cond", found.condition, c.scalar("cond"), values);
  check.equal("accepted", found.accepted, c.scalar("accepted"));
}

/** Kinds of pseudo-labels: prefix of the rates, the labels, names of the means and of the ratio. */
const KINDS = [
  ["main_pl", "pseudo_labels", "pl", "main_pl"],
  ["linear_pl", "linear_pl", "linear_pl", "linear_pl"],
  ["sem_pl", "sem_pl", "sem_pl", "semantic_pl"],
] as const;

/** Pseudo-label diagnostics of an evaluation period. */
export function checkDiagnostics(c: GoldenCase, check: Check): void {
  const { classes } = c.params, truth = c.ints("ul_labels"), { values } = familyTolerance(c);
  for (const [prefix, tensor, mean, ratio] of KINDS) {
    const confusion = confusionMatrix(truth, c.ints(tensor), { classes });
    const found = pseudoLabelDiagnostics(confusion, classes);
    for (const rate of ["recall", "precision", "gain"] as const) {
      const want = [...c.floats(`${prefix}_${rate}`)].map((x) => x === -1 ? NaN : x);
      check.close(`${prefix}_${rate}`, found[rate], want, values);
    }
    const plain = `avg_prec/${mean}`, clean = `avg_prec_${prefix}_without_sentinel`;
    // The original's mean takes the -1 of a class never predicted in; the other one does not.
    check.close(clean, found.averagePrecision, c.scalar(clean), values);
    if (!found.precision.some(Number.isNaN)) {
      check.close(plain, found.averagePrecision, c.scalar(plain), values);
    }
    check.close(`avg_recall/${mean}`, found.averageRecall, c.scalar(`avg_recall/${mean}`), values);
    check.close(`imb_factors/${ratio}`, found.imbalance, c.scalar(`imb_factors/${ratio}`), values);
  }
  const labeled = c.ints("gt_labels");
  const { trueCounts } = confusionMargins(confusionMatrix(labeled, labeled, { classes }), classes);
  check.close(
    "imb_factors/gt_label",
    imbalanceRatio(trueCounts),
    c.scalar("imb_factors/gt_label"),
    values,
  );
}
