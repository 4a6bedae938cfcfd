import { type Algorithm, defineAlgorithm, sub } from "../../core/mod.ts";
import { cdmadMethod } from "../recipes/cdmad.ts";
import { noneOf, notWhole } from "../shared/option_checks.ts";

/** Options of {@linkcode cdmad}. */
export interface CdmadOptions {
  /** Pseudo-labels are corrected once so many epochs and one more are done: the code compares with >. */
  startEpoch: number;
  /** What each number of the image without a pattern is after normalisation. */
  blank: number;
  /**
   * `batch` as released: the image moves the running statistics, of which it comes to make a sixth under
   * FixMatch; `frozen` keeps it out of them.
   */
  norm: "batch" | "frozen";
}

/**
 * CDMAD (Lee and Kim, "CDMAD: Class-distribution-mismatch-aware debiasing for class-imbalanced
 * semi-supervised learning", CVPR 2024; github.com/LeeHyuck/CDMAD): what a classifier says of an image
 * without any pattern ω shows which classes it prefers whatever it sees. These logits are taken off
 * those of the weak view, so that pseudo-labels are softmax(z(u) − z(ω)), and off those of every test
 * image. It has no parameters and keeps nothing.
 *
 * As in the released code, ω is 1 everywhere after normalisation, a light grey; in a step it is a batch
 * of its own, before all others, that batch norm normalises by itself and that moves the running
 * statistics (`norm`: `frozen` keeps it out of them); pseudo-labels are corrected from epoch 101 on,
 * counted from 0, evaluations from the first one on.
 *
 * @example Correct from the start, and leave the running statistics to the images
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { cdmad, remixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(remixmatch(), cdmad({ startEpoch: 0, norm: "frozen" }));
 * assert.equal(name, "remixmatch+cdmad");
 * ```
 */
export const cdmad: Algorithm<CdmadOptions> = defineAlgorithm({
  name: "cdmad",
  kind: "addon",
  paper: "Lee and Kim, CVPR 2024",
  requires: ["pseudo-labels", "guesses-apart", "student-guesses"],
  defaults: { startEpoch: 100, blank: 1, norm: "batch" } as CdmadOptions,
  docs: {
    startEpoch:
      "Pseudo-labels are corrected once so many epochs and one more are done: the code compares with >.",
    blank: "What each number of the image without a pattern is after normalisation.",
    norm:
      "`batch` as released: the image moves the running statistics, of which it comes to make a sixth under FixMatch; `frozen` keeps it out of them.",
  },
  formulas: {
    adjust: "e > startEpoch: z(α(u)) ← z − z⁰(blank)",
    adjustEvaluation: "z ← z − z(blank)",
  },
  starts: ({ startEpoch }, { epochSteps }) => [{
    does: "takes the blank image's logits off pseudo-labels",
    after: (startEpoch + 1) * epochSteps,
    by: "cdmad.startEpoch",
  }],
  smoke: { "cdmad.startEpoch": 0, epochSteps: 10 },
  check: ({ startEpoch, norm }) =>
    notWhole({ startEpoch }, 0) ?? noneOf("norm", norm, ["batch", "frozen"]),
  recipe: cdmadMethod,
  needs: ({ blank, norm }) => ({ solids: { blank: { value: blank, norm } } }),
  adjust: (s, z, where) =>
    where === "weak" && s.progress.epoch > s.config.startEpoch
      ? sub(z, s.solid("blank").rawLogits())
      : z,
  adjustEvaluation: ({ solid }, z) => sub(z, solid("blank")),
});
