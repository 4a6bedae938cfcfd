import {
  add,
  type Algorithm,
  argmax,
  cosineLogits,
  crossEntropy,
  defineAlgorithm,
  detach,
  enqueue,
  histogram,
  mul,
  queueMeans,
  type Step,
  type Tensor,
} from "../../../core/mod.ts";
import { checkDaso, DASO_DEFAULTS, DASO_DOCS, type DasoOptions } from "./options.ts";
import { dasoMethod } from "../../recipes/daso_methods.ts";
import { blendLabels, blendShares, semanticLabels } from "./semantic_labels.ts";

export type { DasoOptions };

/**
 * DASO (Oh, Kim and Kweon, "DASO: Distribution-aware semantics-oriented pseudo-label for imbalanced
 * semi-supervised learning", CVPR 2022). A queue of the average's labeled features gives a prototype
 * for each class; pseudo-labels blend the classifier's with the prototypes' (equations 2 to 4), the
 * more the likelier their class is predicted, and strong features are pulled to the prototypes
 * (equation 5, only where the base shows a strong view).
 *
 * Follows the authors' code: the class distribution is the histogram of the last `period` steps'
 * final hard labels, without threshold; the alignment loss has no mask; queues hold as many vectors
 * of every class. With MeanTeacher semantic labels come from the average's features. With
 * ReMixMatch the weak and the strong view have batch statistics of their own, where the code shares
 * them. Released code divides 0 by 0 where no label was counted: here such a class is not blended.
 *
 * @example Flatter blending on Mean Teacher
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { daso, meanteacher } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(meanteacher(), daso({ spread: 0.3, warmup: 1000 }));
 * assert.equal(name, "meanteacher+daso");
 * ```
 */
export const daso: Algorithm<DasoOptions> = defineAlgorithm({
  name: "daso",
  kind: "addon",
  paper: "Oh et al., CVPR 2022",
  requires: ["pseudo-labels"],
  defaults: DASO_DEFAULTS,
  docs: DASO_DOCS,
  formulas: {
    pseudoLabel:
      "queue of class y ← f_avg(α(x)); c_k = mean of the queue of class k; t ≥ warmup: q ← (1 − υ_k) q + υ_k s, k = argmax q; where s = softmax(cos(f(α(u)), c) ÷ T_proto), υ_k = (n_k ÷ max n)^(1/T_dist)",
    refine: "q ← as in pseudoLabel, of another plugin's head",
    loss: "t ≥ warmup: alignment = λ_align · mean H(s, cos(f(A(u)), c) ÷ T_proto)",
    priorUpdate: "every period steps: n_k ← number of q with argmax k since the last time",
  },
  starts: ({ warmup: after }) => [
    { does: "blends semantic labels into its pseudo-labels", after, by: "daso.warmup" },
  ],
  smoke: { "daso.warmup": 8, "daso.period": 4, "daso.queue": 16 },
  check: checkDaso,
  recipe: dasoMethod,
  needs: () => ({ passes: [{ net: "average", inputs: ["labeled"] }] }),
  state: ({ queue }, { classes, features }) => ({
    queue: { shape: [classes, queue, features] },
    held: { shape: [classes] },
    counts: { shape: [classes] },
    distribution: { shape: [classes], logged: true },
  }),
  pseudoLabel(s, t) {
    const limits = add(mul(s.state.held, 0), s.config.queue);
    const queue = enqueue(
      { vectors: s.state.queue, held: s.state.held },
      s.average.labeled[0]!.features, // needs ask for it
      { y: s.batch.labeled.y, limits },
    );
    s.state.queue = queue.vectors;
    s.state.held = queue.held;
    s.logLabels("linear", t.probs);
    if (s.progress.step < s.config.warmup) return t;
    const other = semantic(s);
    s.logLabels("semantic", other);
    return blendLabels(t, other, shares(s));
  },
  refine: (s, t) => s.progress.step < s.config.warmup ? t : blendLabels(t, semantic(s), shares(s)),
  loss(s): Record<string, Tensor> {
    const { align, temperature, warmup } = s.config, strong = s.student.strong[0];
    if (!strong || align === 0 || s.progress.step < warmup) return {};
    const cosines = cosineLogits(strong.features, prototypes(s), { temperature });
    return { alignment: mul(crossEntropy(cosines, detach(semantic(s))), align) };
  },
  priorUpdate(s, t) {
    const counts = add(s.state.counts, histogram(argmax(t.probs, 1), s.data.classes));
    const due = (s.progress.step + 1) % s.config.period === 0 &&
      s.progress.step + 1 < s.progress.steps;
    if (due) s.state.distribution = counts;
    s.state.counts = due ? mul(counts, 0) : counts;
  },
});

type DasoStep = Step<DasoOptions, Record<"queue" | "held" | "distribution", { shape: number[] }>>;

/** c_k: mean of each class's queue. */
function prototypes({ state: { queue, held } }: DasoStep): Tensor {
  return queueMeans({ vectors: queue, held });
}

/** q: semantic labels of the weak view. */
function semantic(s: DasoStep): Tensor {
  const weak = s.average.weak[0] ?? s.student.weak[0]!; // every base has one
  return semanticLabels(weak.features, prototypes(s), s.config.temperature);
}

/** υ: shares of the semantic label by class. */
function shares({ config: { adaptive, share, spread }, state }: DasoStep): Tensor {
  if (!adaptive) return add(mul(state.distribution, 0), share);
  return blendShares(state.distribution, spread);
}
