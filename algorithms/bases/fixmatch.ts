import {
  type Algorithm,
  argmax,
  atLeast,
  concat,
  crossEntropy,
  defineAlgorithm,
  max,
  mul,
  type Tensor,
} from "../../core/mod.ts";
import { usbRecipe } from "../recipes.ts";

/** Options of {@linkcode fixmatch}. */
export interface FixMatchOptions {
  /** Confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ_u in the paper. */
  lambda: number;
}

/**
 * FixMatch (Sohn et al., "FixMatch: Simplifying semi-supervised learning with consistency and
 * confidence", NeurIPS 2020): labeled cross entropy (equation 3) plus the cross entropy between
 * the hard pseudo-label of the weak view and the strong view, where the weak view is confident
 * (equation 4). With several strong views the loss is the mean over all of them.
 */
export const fixmatch: Algorithm<FixMatchOptions> = defineAlgorithm({
  name: "fixmatch",
  kind: "base",
  paper: "Sohn et al., NeurIPS 2020",
  defaults: { threshold: 0.95, lambda: 1 },
  smoke: { "fixmatch.threshold": 0.2 },
  check: ({ threshold, lambda }) =>
    !(threshold >= 0 && threshold <= 1)
      ? `threshold is ${threshold}: give a number from 0 to 1`
      : lambda >= 0
      ? null
      : `lambda is ${lambda}: give a number of at least 0`,
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
  recipe: usbRecipe,
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const strong = concat(s.student.strong.map((view) => view.logits()), 0);
    const views = s.student.strong.length;
    const target = t.form === "hard" ? repeat(argmax(t.probs, 1), views) : repeat(t.probs, views);
    return {
      labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
        weights: s.weights("labeled"),
      }),
      unlabeled: mul(
        crossEntropy(strong, target, { weights: repeat(m, views) }),
        s.config.lambda,
      ),
    };
  },
});

/** Targets or masks of one view for `views` of them. */
function repeat<D extends "f32" | "i32">(x: Tensor<D>, views: number): Tensor<D> {
  return views === 1 ? x : concat(new Array<Tensor<D>>(views).fill(x), 0);
}
