import {
  add,
  argmax,
  atLeast,
  concat,
  crossEntropy,
  detach,
  div,
  gather,
  histogram,
  lerp,
  max,
  mul,
  reshape,
  softmax,
  type Step,
  sum,
  type Targets,
  type Tensor,
  where,
} from "../../../core/mod.ts";
import type { CpeOptions } from "./options.ts";

/** Heads of the three experts, the network's own first. */
export const EXPERTS = ["main", "second", "third"] as const;

/** Batch norms that learn from the pseudo-labels of all classes, of the less frequent, of rare ones. */
export const NORMS = ["BNH", "BNM", "BNT"] as const;

/** What an expert teaches itself. */
export interface ExpertGuesses {
  /** Probabilities of the weak view [batch, classes]. */
  readonly probs: Tensor;
  /** Pseudo-labels [batch]. */
  readonly labels: Tensor<"i32">;
  /** Weight of each in every one of the {@linkcode NORMS} [batch]. */
  readonly weights: readonly Tensor[];
}

/** Pseudo-labels of the three experts, each its own; those of `main` are the step's. */
export function expertGuesses(
  s: Step<CpeOptions>,
  t: Targets,
  m: Tensor,
): readonly ExpertGuesses[] {
  const reach = classesOf(s);
  return EXPERTS.map((head) => {
    const own = head === "main" ? t : s.refine(guessOf(s, head), head);
    const sure = head === "main"
      ? m
      : s.refineMask(own, atLeast(max(own.probs, 1), s.config.threshold), head);
    const labels = argmax(own.probs, 1);
    return { probs: own.probs, labels, weights: reach.map((of) => mul(sure, gather(of, labels))) };
  });
}

/** What a head says of the weak view, as it is. */
function guessOf(s: Step<CpeOptions>, head: string): Targets {
  return { probs: softmax(detach(s.student.weak[0]!.logits(head))), form: "hard" }; // needs ask for it
}

/** Which classes reach each norm: 1 or 0 [classes]; classes count by their labeled images. */
function classesOf(
  { config: { cuts }, data: { counts, classes }, prior: { device } }: Step<CpeOptions>,
) {
  const frequent = counts.map((n, c) => [n, c] as const).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
  const rank = new Map(frequent.map(([, c], place) => [c, place]));
  return [0, ...cuts].map((cut) => {
    const least = Math.round(cut * classes);
    const reached = counts.map((_, c) => rank.get(c)! >= least ? 1 : 0); // every class has one
    return device.tensor(reached, [classes]);
  });
}

/**
 * Cross entropy of the strong view with an expert's pseudo-labels, summed over the norms that they reach
 * and divided by how many there are: 0 if there is none.
 */
export function expertLoss(
  s: Step<CpeOptions>,
  head: string,
  { labels, weights }: ExpertGuesses,
): Tensor {
  const [strong] = s.student.strong;
  const losses = NORMS.map((norm, i) =>
    crossEntropy(strong!.logits(`${head}/${norm}`), labels, { // needs ask for it
      weights: weights[i]!, // one a norm
      reduction: "sum",
    })
  );
  const total = losses.reduce(add);
  if (s.config.normalize === "batch") return mul(total, 1 / labels.size);
  return div(total, add(sum(concat(weights)), 1e-12));
}

/**
 * Moves class shares of the experts [3, classes] towards those of labels, row by row; a row without a
 * label stays.
 */
export function moveShares(
  shares: Tensor,
  labels: readonly { readonly labels: Tensor<"i32">; readonly weights?: Tensor }[],
  momentum: number,
): Tensor {
  const classes = shares.shape[1]!; // two axes
  const counts = concat(
    labels.map(({ labels, weights }) =>
      reshape(histogram(labels, classes, weights ? { weights } : {}), [1, classes])
    ),
  );
  const total = sum(counts, 1, { keepAxes: true });
  const seen = atLeast(total, 0.5); // whole numbers
  const now = div(counts, where(seen, total, 1));
  return where(seen, lerp(now, shares, momentum), shares);
}
