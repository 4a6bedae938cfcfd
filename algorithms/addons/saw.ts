import {
  type Algorithm,
  argmax,
  defineAlgorithm,
  div,
  effectiveNumberWeights,
  exp,
  gather,
  lerp,
  mean,
  mul,
  reciprocal,
  scaleWeights,
  sub,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { noneOf, outsideUnit } from "../shared/option_checks.ts";
import { usbMethod } from "../recipes/usb.ts";

/** Options of {@linkcode saw}. */
export interface SawOptions {
  /**
   * How unlabeled images of each class are counted: the average's predictions of all of them after
   * each `epoch`, as in USB's code, or the `running` mean prediction of the steps, as in SEVAL's.
   */
  counts: "epoch" | "running";
  /** Share of the old counts that a step keeps, if they are running. */
  momentum: number;
  /** β of the labeled images' weights: −1 takes it from their mean count, 0 leaves them alike. */
  labeledBeta: number;
}

const DEFAULTS: SawOptions = { counts: "epoch", momentum: 0.999, labeledBeta: -1 };

/**
 * SAW (Lai et al., "Smoothed adaptive weighting for imbalanced semi-supervised learning: Improve
 * reliability against unknown distribution data", ICML 2022): both losses weigh a sample of class k by
 * its effective number, (1 − β) / (1 − β^N_k), the unlabeled one by the classes and counts of the
 * pseudo-labels. β = (N̄ − 1) / N̄ with the mean count N̄; weights add up to the number of classes.
 *
 * Follows USB's code: before the first epoch ends unlabeled images weigh alike, and no class is counted
 * as less than 1. Losses are divided by the number of samples, not by their weights. SEVAL's code counts
 * in every step (`counts`: `running`) and has a `labeledBeta` of 0.999.
 *
 * @example As SEVAL's code runs it
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, saw } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(fixmatch(), saw({ counts: "running", labeledBeta: 0.999 }));
 * assert.equal(addon?.config.momentum, 0.999);
 * ```
 */
export const saw: Algorithm<SawOptions> = defineAlgorithm({
  name: "saw",
  kind: "addon",
  paper: "Lai et al., ICML 2022",
  requires: ["labeled-weights", "pseudo-labels", "mask"],
  defaults: DEFAULTS,
  docs: {
    counts:
      "How unlabeled images of each class are counted: the average's predictions of all of them after each `epoch`, as in USB's code, or the `running` mean prediction of the steps, as in SEVAL's.",
    momentum: "Share of the old counts that a step keeps, if they are running.",
    labeledBeta:
      "β of the labeled images' weights: −1 takes it from their mean count, 0 leaves them alike.",
  },
  formulas: {
    weights: "w ← w · v_y, v_k ∝ (1 − β) ÷ (1 − β^N_k), Σ v = C, β = 1 − C ÷ Σ N",
    mask: "m ← m · v'_k, k = argmax q",
    epoch: "v' ← as v, of the numbers of unlabeled images that the average predicts as each class",
  },
  smoke: { epochSteps: 10 },
  check: ({ counts, momentum, labeledBeta }) =>
    noneOf("counts", counts, ["epoch", "running"]) ?? outsideUnit({ momentum }) ??
      (labeledBeta === -1 ? null : outsideUnit({ labeledBeta })),
  recipe: usbMethod("saw"),
  state: ({ counts }, { unlabeled, classes }) => ({
    counts: {
      shape: [classes],
      init: counts === "running" ? unlabeled / classes : 1,
      estimates: "unlabeled",
    },
    weights: { shape: [classes], init: 1, logged: true },
  }),
  weights(s, where, w) {
    if (where !== "labeled") return w;
    const { data: { counts, classes }, config: { labeledBeta: beta } } = s;
    const weights = beta < 0
      ? meanCountWeights(counts)
      : scaleWeights(effectiveNumberWeights(counts, beta));
    return mul(w, gather(w.device.tensor(weights, [classes]), s.batch.labeled.y));
  },
  mask(s, t, m) {
    const { state, config: { counts, momentum }, data: { unlabeled } } = s;
    if (counts === "running") {
      state.counts = lerp(state.counts, mul(mean(t.probs, 0), unlabeled), 1 - momentum);
      state.weights = runningWeights(state.counts, unlabeled);
    }
    return mul(m, gather(state.weights, argmax(t.probs, 1)));
  },
  async epoch(h) {
    if (h.config.counts !== "epoch") return;
    const { logits, images, classes } = await h.predict("unlabeled");
    const counts = new Array<number>(classes).fill(0);
    for (let i = 0; i < images; i++) {
      const row = logits.subarray(i * classes, (i + 1) * classes);
      counts[row.indexOf(Math.max(...row))]!++; // a class
    }
    const counted = counts.map((n) => Math.max(1, n));
    h.state.counts = h.write(counted, [classes]);
    h.state.weights = h.write(meanCountWeights(counted), [classes]);
  },
});

/** Weights of classes by effective number with β = (N̄ − 1) / N̄, which add up to how many they are. */
export function meanCountWeights(counts: readonly number[]): number[] {
  const average = counts.reduce((a, b) => a + b, 0) / counts.length;
  return scaleWeights(effectiveNumberWeights(counts, (average - 1) / average));
}

/** The same of running counts, which add up to all images [classes]. */
function runningWeights(counts: Tensor, images: number): Tensor {
  const beta = 1 - counts.size / images;
  const weights = reciprocal(sub(1, exp(mul(counts, Math.log(beta)))));
  return div(mul(weights, counts.size), sum(weights));
}
