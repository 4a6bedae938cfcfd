import {
  add,
  type Algorithm,
  concat,
  crossEntropy,
  defineAlgorithm,
  detach,
  div,
  mul,
  softmax,
  type Step,
  sub,
  type Tensor,
} from "../../../core/mod.ts";
import {
  alignmentReport,
  alignmentTarget,
  classBias,
  imbalanceTemperature,
  movePrior,
  smoothedPrior,
  smoothingAt,
  unknownTruth,
} from "../../shared/flexible_alignment.ts";
import { ADELLO_DEFAULTS, ADELLO_DOCS, type AdelloOptions, checkAdello } from "./options.ts";
import { adelloMethod } from "../../recipes/adello.ts";
import { repeatRows } from "../../shared/batch_rows.ts";

export type { AdelloOptions };

/**
 * ADELLO (Sanchez Aimar et al., "Flexible distribution alignment: Towards long-tailed semi-supervised
 * learning with proper calibration", ECCV 2024; github.com/emasa/ADELLO-LTSSL) on FixMatch.
 *
 * - Flexible distribution alignment: labels are learned on z + log P_L ÷ Q_α, pseudo-labels on
 *   z + log Q ÷ Q_α. Q is the running mean of the weak predictions, Q_α ∝ Q^α, and α falls from 1
 *   to nearly 0, so that the aim moves from Q to a uniform distribution.
 * - Complementary consistency regularisation: from a step on, images without a pseudo-label learn
 *   the weak prediction itself, both softened by T.
 *
 * Pseudo-labels and inference take the raw logits. `distill: "none"` is FlexDA alone, `align: false`
 * the distillation alone.
 *
 * Follows the released code: the paper has T = e^KL(U ‖ Q), once, when the distillation starts
 * (`temperatureRule`: `imbalance`); with the released configurations, from which the numbers are, the
 * code never gets there and T is 1 (the default). Losses use the estimate of the step before, the
 * temperature that of the step itself. Unlike there, estimate and temperature are in the checkpoint.
 *
 * @example With the temperature of the paper
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { adello, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const stack = compose(fixmatch(), adello({ temperatureRule: "imbalance" }));
 * assert.equal(stack.name, "fixmatch+adello");
 * ```
 */
export const adello: Algorithm<AdelloOptions> = defineAlgorithm({
  name: "adello",
  kind: "addon",
  paper: "Sanchez Aimar et al., ECCV 2024",
  requires: ["strong-view", "labeled-logits", "pseudo-labels", "guesses-apart", "mask"],
  defaults: ADELLO_DEFAULTS,
  docs: ADELLO_DOCS,
  formulas: {
    adjust:
      "z(α(x)) ← z + log(π ÷ Q_a); z(A(u)) ← z + log(Q ÷ Q_a); where Q_a ∝ Q^a, a = 1 − (1 − minimum)(t ÷ S)^power",
    loss:
      "t ≥ distillAfter: distill = distillWeight · mean (1 − m) · H(softmax(z⁰(α(u)) ÷ T), z(A(u)) ÷ T); where T = temperature",
    priorUpdate: "Q ← ema(Q, mean p⁰(α(u)))",
  },
  starts: ({ distill, distillAfter: after }) =>
    distill === "none" ? [] : [{ does: "distills", after, by: "adello.distillAfter" }],
  smoke: {
    epochSteps: 10,
    "adello.distillAfter": 10,
    "adello.temperatureRule": "imbalance",
  },
  check: checkAdello,
  fits: ({ target }, data) => unknownTruth(target, data),
  recipe: adelloMethod("adello"),
  state: ({ temperature }, { classes }) => ({
    estimate: { shape: [classes], init: "uniform", estimates: "unlabeled" },
    temperature: { shape: [1], init: temperature },
  }),
  adjust(s, z, where) {
    const current =
      { labeled: s.prior, strong: s.state.estimate, weak: null, identity: null }[where];
    if (!current || !s.config.align) return z;
    const wanted = smoothedPrior(
      alignmentTarget(s.config.target, s),
      smoothingAt(s.config, s.progress),
    );
    return add(z, classBias(current, wanted));
  },
  loss(s, _, m): Record<string, Tensor> {
    const { config: { distill, distillAfter, distillWeight }, progress, student } = s;
    if (distill === "none" || progress.step < distillAfter) return {};
    const temperature = temperatureOf(s), views = student.strong.length;
    const weak = detach(student.weak[0]!.rawLogits()); // FixMatch asks for a weak view
    const target = softmax(div(weak, temperature));
    const left = distill === "all" ? add(mul(m, 0), 1) : sub(1, m);
    const strong = concat(student.strong.map((view) => view.logits()));
    const distilled = crossEntropy(div(strong, temperature), repeatRows(target, views), {
      weights: repeatRows(left, views),
    });
    return { distill: mul(distilled, distillWeight) };
  },
  priorUpdate(s) {
    const { state, progress } = s;
    const target = alignmentTarget(s.config.target, s), estimate = nextEstimate(s);
    state.temperature = temperatureOf(s);
    state.estimate = estimate;
    s.log("temperature", state.temperature);
    if ((progress.step + 1) % progress.epochSteps !== 0) return;
    const report = alignmentReport({ labeled: s.prior, estimate, target });
    for (const [name, value] of Object.entries(report)) s.log(name, value);
  },
});

type AdelloStep = Step<AdelloOptions, Record<"estimate" | "temperature", { shape: [number] }>>;

/** The estimate with this step's weak predictions. */
function nextEstimate(s: AdelloStep): Tensor {
  const { config: { momentum, skipLabeled }, batch: { unlabeled } } = s;
  const counted = skipLabeled ? { counted: sub(1, unlabeled.isLabeled) } : {};
  return movePrior(s.state.estimate, s.student.weak[0]!, { momentum, ...counted }); // FixMatch's
}

/** The temperature in use: taken from the estimate once, in the first step that distills. */
function temperatureOf(s: AdelloStep): Tensor {
  const { config: { distill, distillAfter, temperatureRule }, progress } = s;
  const starts = distill !== "none" && progress.step === distillAfter;
  return starts && temperatureRule === "imbalance"
    ? imbalanceTemperature(nextEstimate(s)).view([1])
    : s.state.temperature;
}
