import type { Predictions } from "../core/mod.ts";

/**
 * Share of the images predicted as each class that CReST takes in: μ_k = (N_k / N_max)^(1/α) of the
 * class whose rank mirrors its own, so that the rarest predicted class is kept whole and the most
 * frequent one as μ of the rarest (Wei et al., CVPR 2021, section 3.2). The published code ranks by
 * class number, which is the same where classes are sorted.
 */
export function keptShares(counts: readonly number[], alpha: number): number[] {
  const ranked = [...counts.keys()].sort((a, b) => counts[b]! - counts[a]!); // classes
  const largest = Math.max(...counts), shares = new Array<number>(counts.length).fill(0);
  ranked.forEach((k, rank) => {
    const mirrored = ranked[counts.length - 1 - rank]!; // as many ranks as classes
    shares[k] = (counts[mirrored]! / largest) ** (1 / alpha);
  });
  return shares;
}

/**
 * The most confident images of each predicted class, as many as its share says, rounded down.
 *
 * @returns Classes by position; classes in order, within one the most confident first.
 */
export function selectRarest(
  { logits, images, classes }: Pick<Predictions, "logits" | "images" | "classes">,
  shares: readonly number[],
): Map<number, number> {
  const byClass = Array.from({ length: classes }, () => [] as { i: number; doubt: number }[]);
  for (let i = 0; i < images; i++) {
    const row = logits.subarray(i * classes, (i + 1) * classes);
    const label = row.indexOf(Math.max(...row));
    // Σ e^(z − z_max) is the inverse of the largest probability, to all digits.
    const doubt = row.reduce((sum, z) => sum + Math.exp(z - row[label]!), 0); // label is inside
    byClass[label]?.push({ i, doubt });
  }
  const chosen = new Map<number, number>();
  byClass.forEach((members, label) => {
    const kept = Math.floor(shares[label]! * members.length); // one share a class
    members.sort((a, b) => a.doubt - b.doubt || a.i - b.i);
    for (const { i } of members.slice(0, kept)) chosen.set(i, label);
  });
  return chosen;
}
