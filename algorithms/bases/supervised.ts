import { type Algorithm, crossEntropy, defineAlgorithm } from "../../core/mod.ts";
import { classicRecipe } from "../recipes/usb.ts";

/** `supervised` has no options. */
export type SupervisedOptions = Record<never, never>;

/**
 * Cross entropy on the labeled images alone, weakly augmented: the baseline that unlabeled images
 * have to beat.
 */
export const supervised: Algorithm<SupervisedOptions> = defineAlgorithm({
  name: "supervised",
  kind: "base",
  paper: "baseline",
  provides: ["labeled-logits", "labeled-weights"],
  defaults: {},
  formulas: {
    loss: "labeled = mean w · H(y, z(α(x)))",
  },
  needs: () => ({ views: { labeled: ["weak"] } }),
  recipe: classicRecipe,
  loss: (s) => ({
    labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
      weights: s.weights("labeled"),
    }),
  }),
});
