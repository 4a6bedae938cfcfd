import {
  add,
  type Algorithm,
  argmax,
  concat,
  crossEntropy,
  defineAlgorithm,
  detach,
  div,
  mul,
  oneHot,
  softmax,
  type StateSpec,
  type Step,
  sub,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { repeatRows } from "../shared/batch_rows.ts";
import { bankMean, pushMean } from "../shared/distribution_alignment.ts";
import { negative, noneOf, notWhole } from "../shared/option_checks.ts";
import { adelloMethod } from "../recipes/adello.ts";

/** Options of {@linkcode rda}. */
export interface RdaOptions {
  /** Batches whose mean predictions are aligned. */
  batches: number;
  /** Weight of the reverse head's unlabeled loss. */
  lambda: number;
  /** What a reverse target adds up to 1 over: its `row`, or the whole `batch`, as released. */
  scale: "row" | "batch";
  /** What is averaged over: the batches there were, or as many as fit, `ones` at first, as released. */
  start: "empty" | "ones";
}

/**
 * RDA (Duan et al., "RDA: Reciprocal distribution alignment for robust semi-supervised learning", ECCV
 * 2022), as ADELLO's repository has it. A second head on the base's features, the reverse one, learns
 * from complementary labels which class an image is not of; predictions of each head are aligned with
 * what the other leaves over.
 *
 * p of the base becomes p (1 − r̄) / p̄, scaled to sum 1, and r of the reverse
 * head r (1 − p̄) / r̄, with the means p̄ and r̄ over batches. There is no threshold.
 *
 * Follows the paper where ADELLO's code slips: that scales the reverse targets over the whole batch, which
 * makes their loss as many times smaller as there are rows (`scale`: `batch`), and starts its means with
 * ones (`start`: `ones`).
 *
 * @example As released
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { fixmatch, rda } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins: [, addon] } = compose(fixmatch(), rda({ scale: "batch", start: "ones" }));
 * assert.equal(addon?.config.batches, 128);
 * ```
 */
export const rda: Algorithm<RdaOptions> = defineAlgorithm({
  name: "rda",
  kind: "addon",
  paper: "Duan et al., ECCV 2022",
  requires: ["weak-view", "strong-view", "pseudo-labels", "plain-guesses", "mask"],
  defaults: { batches: 128, lambda: 1, scale: "row", start: "empty" } as RdaOptions,
  docs: {
    batches: "Batches whose mean predictions are aligned.",
    lambda: "Weight of the reverse head's unlabeled loss.",
    scale: "What a reverse target adds up to 1 over: its `row`, or the whole `batch`, as released.",
    start:
      "What is averaged over: the batches there were, or as many as fit, `ones` at first, as released.",
  },
  formulas: {
    pseudoLabel:
      "q ← q (1 − r̄) ÷ q̄, scaled to sum 1; where r = p_r(α(u)) of the reverse head; where r̄, q̄ are means over the last batches, this one too",
    mask: "m ← 1",
    loss:
      "complementary = mean H(y', z_r(α(x))), y' any class but y; reverse = λ · mean H(r', z_r(A(u))), r' ∝ r (1 − q̄) ÷ r̄",
  },
  check: ({ batches, lambda, scale, start }) =>
    notWhole({ batches }) ?? negative({ lambda }) ?? noneOf("scale", scale, ["row", "batch"]) ??
      noneOf("start", start, ["empty", "ones"]),
  recipe: adelloMethod("rda"),
  needs: (_, { classes }) => ({
    passes: [{
      name: "rda",
      net: "student",
      inputs: ["labeled", "weak", "strong"],
      norm: "frozen",
    }],
    heads: { reverse: { classes } },
  }),
  state: ({ batches, start }, { classes }) => {
    const bank = { shape: [batches, classes], init: start === "ones" ? 1 : 0 };
    return {
      main: bank,
      reverse: bank,
      held: { shape: [1], init: start === "ones" ? batches : 0 },
    };
  },
  pseudoLabel(s, t) {
    const { main, reverse, held } = s.state;
    const own = pushMean({ bank: main, held }, t.probs);
    const other = pushMean({ bank: reverse, held }, reverseGuess(s));
    s.state.main = own.bank;
    s.state.reverse = other.bank;
    s.state.held = own.held;
    const aligned = mul(t.probs, div(sub(1, bankMean(other)), bankMean(own)));
    return { ...t, probs: div(aligned, sum(aligned, 1, { keepAxes: true })) };
  },
  mask: (_, __, m) => add(mul(m, 0), 1),
  loss(s) {
    const { labeled, strong } = s.pass("rda"), { lambda, scale } = s.config;
    const { main, reverse, held } = s.state;
    const aligned = mul(
      reverseGuess(s),
      div(sub(1, bankMean({ bank: main, held })), bankMean({ bank: reverse, held })),
    );
    const target = div(
      aligned,
      scale === "row" ? sum(aligned, 1, { keepAxes: true }) : sum(aligned),
    );
    const logits = concat(strong.map((view) => view.logits("reverse")), 0);
    return {
      complementary: crossEntropy(labeled[0]!.logits("reverse"), otherClass(s)), // there is a labeled view
      reverse: mul(crossEntropy(logits, repeatRows(target, strong.length)), lambda),
    };
  },
});

type RdaStep = Step<RdaOptions, Record<"main" | "reverse" | "held", StateSpec>>;

/** What the reverse head says of the weak view. */
function reverseGuess(s: RdaStep): Tensor {
  return softmax(detach(s.pass("rda").weak[0]!.logits("reverse"))); // the base has one
}

/** A class that each labeled image is not of, all equally likely. */
function otherClass(s: RdaStep): Tensor<"i32"> {
  const { labeled: { y } } = s.batch, { classes } = s.data;
  const draws = s.random("complement").uniform([y.size, classes]);
  return argmax(sub(draws, mul(oneHot(y, classes), 2)), 1);
}
