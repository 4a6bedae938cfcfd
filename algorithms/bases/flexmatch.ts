import {
  type Algorithm,
  argmax,
  atLeast,
  defineAlgorithm,
  div,
  gather,
  greaterEqual,
  histogram,
  max,
  maximum,
  mul,
  scatterRows,
  sub,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import {
  checkTargets,
  consistencyLosses,
  learnedTarget,
  TARGET_DOCS,
  type TargetOptions,
} from "../shared/consistency.ts";
import { negative, outsideUnit } from "../shared/option_checks.ts";
import { classicBase } from "../recipes/usb.ts";

/** Options of {@linkcode flexmatch}. */
export interface FlexMatchOptions extends TargetOptions {
  /** Confidence from which a label is remembered, and the highest threshold of a class: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ in the paper. */
  lambda: number;
  /** Whether images without a label count as a class when learning status is scaled. */
  warmup: boolean;
}

/**
 * FlexMatch (Zhang et al., "FlexMatch: Boosting semi-supervised learning with curriculum pseudo
 * labeling", NeurIPS 2021): FixMatch with a threshold of each class that rises with how many unlabeled
 * images were last confidently predicted as it (section 3.1). That learning status β goes through
 * β / (2 − β) (section 3.3), and while most images have had no confident prediction, their number holds
 * it down (threshold warm-up, section 3.2).
 *
 * Follows TorchSSL's and USB's code: labels are remembered by the fixed τ, not by the class's threshold,
 * and a step's thresholds come from the steps before it. All thresholds start at 0.
 *
 * @example Without threshold warm-up
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { flexmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [base] } = compose(flexmatch({ warmup: false }));
 * assert.equal(base.config.threshold, 0.95);
 * ```
 */
export const flexmatch: Algorithm<FlexMatchOptions> = defineAlgorithm({
  name: "flexmatch",
  kind: "base",
  paper: "Zhang et al., NeurIPS 2021",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: {
    threshold: 0.95,
    lambda: 1,
    warmup: true,
    targets: "hard",
    temperature: 0.5,
  } as FlexMatchOptions,
  docs: {
    threshold:
      "Confidence from which a label is remembered, and the highest threshold of a class: τ in the paper.",
    lambda: "Weight of the unlabeled loss: λ in the paper.",
    warmup: "Whether images without a label count as a class when learning status is scaled.",
    ...TARGET_DOCS,
  },
  formulas: {
    mask: "m ← m · 1[max q ≥ τ β_k ÷ (2 − β_k)], k = argmax q",
    loss: "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q̂, z(A(u)))",
    priorUpdate:
      "ℓ(u) ← argmax q where max q ≥ τ; β_k ← n_k ÷ max(max_j n_j, n_none), n_k the number of u with ℓ(u) = k",
  },
  smoke: { "flexmatch.threshold": 0.2 },
  check: ({ threshold, lambda, ...targets }) =>
    outsideUnit({ threshold }) ?? negative({ lambda }) ?? checkTargets(targets),
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: classicBase("flexmatch"),
  state: (_, { classes, unlabeled }) => ({
    memory: { shape: [unlabeled], init: -1 },
    status: { shape: [classes], logged: true },
  }),
  mask(s, t, m) {
    const thresholds = classThresholds(s.state.status, s.config.threshold);
    const own = gather(thresholds, argmax(t.probs, 1));
    return mul(m, greaterEqual(max(t.probs, 1), own));
  },
  loss: (s, t, m) =>
    consistencyLosses(s, {
      target: learnedTarget(t, s.config),
      mask: m,
      lambda: s.config.lambda,
    }),
  priorUpdate(s, t) {
    const { threshold, warmup } = s.config, { classes } = s.data;
    const names = t.probs.device.tensor(Array.from({ length: classes }, (_, k) => k), [classes]);
    s.state.memory = scatterRows(
      s.state.memory,
      s.batch.unlabeled.index,
      gather(names, argmax(t.probs, 1)),
      { mask: atLeast(max(t.probs, 1), threshold) },
    );
    s.state.status = learningStatus(s.state.memory, { classes, warmup });
  },
});

/** τ β / (2 − β), the threshold of each class [classes]. */
export function classThresholds(status: Tensor, threshold: number): Tensor {
  return mul(div(status, sub(2, status)), threshold);
}

/**
 * β: how many images are remembered as each class, as a share of the most frequent one's, with `warmup`
 * of those without a label if they are more [classes]; zeros where nothing is remembered.
 */
function learningStatus(
  memory: Tensor,
  { classes, warmup }: { readonly classes: number; readonly warmup: boolean },
): Tensor {
  const counts = histogram(memory, classes);
  const most = maximum(max(counts), 1); // whole numbers
  return div(counts, warmup ? maximum(most, sub(memory.size, sum(counts))) : most);
}
