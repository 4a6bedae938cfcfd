import type { Predictions } from "../../../core/mod.ts";

/** How CReST's shares follow from the labeled class counts. */
export type ShareForm = "counts" | "geometric";

/**
 * Share of the images predicted as each class that CReST takes in (Wei et al., CVPR 2021, section
 * 3.2): the rarest predicted class is kept whole, the most frequent one as far as the rarest count is
 * of the largest, to the power 1/α.
 *
 * - `counts`: (N_m / N_max)^(1/α) with the class m whose rank by count mirrors the predicted one's, as
 *   the paper and DASO's code have it; DASO's takes class numbers for ranks.
 * - `geometric`: μ^((C − 1 − c)/α) with μ = (N_max / N_min)^(−1/(C−1)) and the class number c, as
 *   USB's and CoSSL's code have it.
 */
export function keptShares(
  counts: readonly number[],
  { alpha, form }: { readonly alpha: number; readonly form: ShareForm },
): number[] {
  const largest = Math.max(...counts), last = counts.length - 1;
  if (form === "geometric") {
    const ratio = (largest / Math.min(...counts)) ** (-1 / last);
    return counts.map((_, c) => (ratio ** (last - c)) ** (1 / alpha));
  }
  const ranked = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!); // both are classes
  const shares = new Array<number>(counts.length).fill(0);
  ranked.forEach((k, rank) => {
    const mirrored = ranked[last - rank]!; // as many ranks as classes
    shares[k] = (counts[mirrored]! / largest) ** (1 / alpha);
  });
  return shares;
}

/** How many of the images predicted as each class are taken in. */
export function keptCounts(predicted: ArrayLike<number>, shares: readonly number[]): number[] {
  return Array.from(predicted, (n, k) => Math.floor(n * shares[k]!)); // one share a class
}

/**
 * The first images of each predicted class, as many as its share says, rounded down: the most
 * confident ones, or by the largest logit as CoSSL's code has it.
 *
 * @returns Classes by position; classes in order, within one the most confident first.
 */
export function selectRarest(
  { logits, images, classes }: Pick<Predictions, "logits" | "images" | "classes">,
  { shares, by }: { readonly shares: readonly number[]; readonly by: "confidence" | "logit" },
): Map<number, number> {
  const byClass = Array.from({ length: classes }, () => [] as { i: number; doubt: number }[]);
  for (let i = 0; i < images; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const top = Math.max(...row), label = row.indexOf(top);
    // Σ e^(z − z_max) is the inverse of the largest probability, to all digits.
    const doubt = by === "logit" ? -top : row.reduce((sum, z) => sum + Math.exp(z - top), 0);
    byClass[label]?.push({ i, doubt });
  }
  const chosen = new Map<number, number>();
  const kept = keptCounts(byClass.map(({ length }) => length), shares);
  byClass.forEach((members, label) => {
    members.sort((a, b) => a.doubt - b.doubt || a.i - b.i);
    for (const { i } of members.slice(0, kept[label])) chosen.set(i, label);
  });
  return chosen;
}
