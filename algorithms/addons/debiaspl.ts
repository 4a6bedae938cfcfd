import {
  add,
  type Algorithm,
  defineAlgorithm,
  log,
  mul,
  type Step,
  type Tensor,
} from "../../core/mod.ts";
import { movePrior } from "../shared/flexible_alignment.ts";
import { negative, noneOf, outsideUnit } from "../shared/option_checks.ts";
import { usbMethod } from "../recipes/usb.ts";

/** Options of {@linkcode debiaspl}. */
export interface DebiasplOptions {
  /** How much of the estimate pseudo-labels are freed of: λ in the paper, τ in the code. */
  tau: number;
  /** How much of it the strong views' logits get as margins: λ in the paper. */
  margin: number;
  /** Share of the old estimate that a step keeps. */
  momentum: number;
  /**
   * What moves the estimate: the mean prediction of each `class`, or the mean over `all` classes, as
   * USB's released code has it. The latter never leaves the uniform distribution, so that the method
   * does nothing.
   */
  mean: "class" | "all";
}

const DEFAULTS: DebiasplOptions = { tau: 0.5, margin: 0.5, momentum: 0.999, mean: "class" };

/**
 * DebiasPL (Wang et al., "Debiased learning from naturally imbalanced pseudo-labels", CVPR 2022):
 * pseudo-labels are the softmax of z − λ log p̂ of the weak view, with the running mean p̂ of its
 * predictions, p̂ ← m p̂ + (1 − m) · mean softmax(z); the strong view is learned on z + λ log p̂, which
 * asks for larger margins where few pseudo-labels are.
 *
 * As in USB's code pseudo-labels follow the estimate that has this step's predictions, margins the one
 * before. There p̂ is moved by the mean over all classes, which is always 1/C, and its fork ADELLO has
 * margins of 0.4 whatever λ is; see `mean` and `margin`.
 *
 * @example As ADELLO's code runs it
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { debiaspl, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(fixmatch(), debiaspl({ margin: 0.4 }));
 * assert.equal(addon?.config.tau, 0.5);
 * ```
 */
export const debiaspl: Algorithm<DebiasplOptions> = defineAlgorithm({
  name: "debiaspl",
  kind: "addon",
  paper: "Wang et al., CVPR 2022",
  requires: ["strong-view", "pseudo-labels", "guesses-apart", "mask"],
  defaults: DEFAULTS,
  docs: {
    tau: "How much of the estimate pseudo-labels are freed of: λ in the paper, τ in the code.",
    margin: "How much of it the strong views' logits get as margins: λ in the paper.",
    momentum: "Share of the old estimate that a step keeps.",
    mean:
      "What moves the estimate: the mean prediction of each `class`, or the mean over `all` classes, as USB's released code has it. The latter never leaves the uniform distribution, so that the method does nothing.",
  },
  formulas: {
    adjust: "z(α(u)) ← z − tau · log ema(p̂, mean p⁰(α(u))); z(A(u)) ← z + margin · log p̂",
    priorUpdate: "p̂ ← ema(p̂, mean p⁰(α(u)))",
  },
  smoke: { "debiaspl.momentum": 0.9 },
  check: ({ tau, margin, momentum, mean }) =>
    negative({ tau, margin }) ?? outsideUnit({ momentum }) ??
      noneOf("mean", mean, ["class", "all"]),
  recipe: usbMethod("debiaspl"),
  state: (_, { classes }) => ({
    estimate: { shape: [classes], init: "uniform", estimates: "unlabeled" },
  }),
  adjust(s, z, where) {
    const { tau, margin } = s.config;
    if (where === "weak") return add(z, mul(log(nextEstimate(s)), -tau));
    return where === "strong" ? add(z, mul(log(s.state.estimate), margin)) : z;
  },
  priorUpdate(s) {
    s.state.estimate = nextEstimate(s);
  },
});

/** The estimate with this step's weak predictions. */
function nextEstimate(
  s: Step<DebiasplOptions, Record<"estimate", { shape: [number] }>>,
): Tensor {
  const { state: { estimate }, config: { momentum, mean }, data: { classes } } = s;
  return mean === "class"
    ? movePrior(estimate, s.student.weak[0]!, { momentum }) // pseudo-labels are made of a weak view
    : add(mul(estimate, momentum), (1 - momentum) / classes);
}
