import type { Split, SplitOptions } from "./split.ts";

/**
 * What to tell somebody whose split has fewer unlabeled images than was asked for: the published
 * protocols take what a class has left, as the original code does.
 *
 * @param options What made the split.
 * @returns A sentence, or null where even the largest class has what was asked.
 */
export function splitShortage(
  { protocol, counts, unlabeled }: Split,
  { labeledShare, unlabeled: shape, unlabeledMax }: SplitOptions,
): string | null {
  if (labeledShare !== null || shape === "counts" || shape === "unknown") return null;
  if (unlabeled.length === 0 || counts.unlabeled === null) return null;
  const most = Math.max(...counts.unlabeled);
  // Some protocols round the head's count down.
  if (most >= unlabeledMax - 1) return null;
  return `Note: split.unlabeledMax is ${unlabeledMax}, but no class has more than ${most} unlabeled ` +
    `images left; protocol ${protocol} takes what there is, so the head is flatter than asked`;
}
