import {
  type Algorithm,
  argmax,
  defineAlgorithm,
  gather,
  greaterEqual,
  max,
  type Predictions,
} from "../../core/mod.ts";
import { noneOf, outsideUnit } from "../shared/option_checks.ts";
import { usbMethod } from "../recipes/usb.ts";

/** How Adsh's thresholds follow from predictions. */
export type ThresholdRule = "paper" | "released";

/** Options of {@linkcode adsh}. */
export interface AdshOptions {
  /** Threshold of the class with the most labeled images: τ₁ in the paper. */
  threshold: number;
  /** As in the paper, or with the slips of the code that USB and SEVAL have. */
  rule: ThresholdRule;
}

/**
 * Adsh (Guo and Li, "Class-imbalanced semi-supervised learning with adaptive thresholding", ICML 2022):
 * a threshold for each class, in place of the base's. After each epoch the average predicts all
 * unlabeled images; of every class as large a share passes as of the most frequent one's passes its
 * fixed threshold τ₁: a share ρ, down to the confidence of image ⌊n_k ρ⌋ of class k.
 *
 * Follows the paper. Code that USB and SEVAL share (`rule`: `released`) starts with e^(−τ₁) in place of
 * τ₁, counts an image of the first class too few, lets all pass where there is none, and takes the
 * least confident image where a share comes to none; here the most confident one is taken. The most
 * frequent class is that of the labels here, not the first.
 *
 * @example As released
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { adsh, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(fixmatch(), adsh({ rule: "released" }));
 * assert.equal(addon?.config.threshold, 0.95);
 * ```
 */
export const adsh: Algorithm<AdshOptions> = defineAlgorithm({
  name: "adsh",
  kind: "addon",
  paper: "Guo and Li, ICML 2022",
  requires: ["pseudo-labels", "mask"],
  defaults: { threshold: 0.95, rule: "paper" } as AdshOptions,
  docs: {
    threshold: "Threshold of the class with the most labeled images: τ₁ in the paper.",
    rule: "As in the paper, or with the slips of the code that USB and SEVAL have.",
  },
  formulas: {
    mask: "m ← 1[max q ≥ τ_k], k = argmax q",
    epoch:
      "τ_k ← confidence of image ⌊n_k ρ⌋ of those that the average predicts as k, surest first, the first if that is 0; where ρ = share of the predictions of the most frequent class with confidence ≥ τ₁",
  },
  smoke: { epochSteps: 10, "adsh.threshold": 0.2 },
  check: ({ threshold, rule }) =>
    outsideUnit({ threshold }) ?? noneOf("rule", rule, ["paper", "released"]),
  recipe: usbMethod("adsh"),
  state: ({ threshold, rule }, { classes }) => ({
    thresholds: {
      shape: [classes],
      init: rule === "released" ? Math.exp(-threshold) : threshold,
      logged: true,
    },
  }),
  mask: (s, { probs }) => greaterEqual(max(probs, 1), gather(s.state.thresholds, argmax(probs, 1))),
  async epoch(h) {
    const { config: { threshold, rule }, data: { counts, classes } } = h;
    const found = adaptiveThresholds(await h.predict("unlabeled"), {
      head: counts.indexOf(Math.max(...counts)),
      threshold,
      rule,
    });
    const before = await h.read(h.state.thresholds);
    h.state.thresholds = h.write(found.map((t, k) => t ?? before[k]!), [classes]); // as many
  },
});

/**
 * Adsh's thresholds by class: the confidence down to which as large a share of its predictions passes
 * as of the head class's is at least as confident as the threshold; null for a class nothing is
 * predicted as.
 */
export function adaptiveThresholds(
  { logits, images, classes }: Pick<Predictions, "logits" | "images" | "classes">,
  { head, threshold, rule }: AdshOptions & { readonly head: number },
): (number | null)[] {
  const sure = Array.from({ length: classes }, () => [] as number[]);
  for (let i = 0; i < images; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes), top = Math.max(...row);
    const confidence = 1 / row.reduce((sum, z) => sum + Math.exp(z - top), 0);
    sure[row.indexOf(top)]!.push(confidence); // a class
  }
  for (const members of sure) members.sort((a, b) => b - a);
  const own = sure[head]!; // a class
  const above = own.filter((confidence) => confidence >= threshold).length;
  const released = rule === "released";
  const share = released
    ? above > 0 ? (above - 1) / own.length : 1
    : above / Math.max(1, own.length);
  return sure.map((members) => {
    const kept = Math.floor(members.length * share);
    return members.at(kept > 0 ? kept - 1 : released ? -1 : 0) ?? null;
  });
}
