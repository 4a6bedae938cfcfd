/** A box of an image that another image is pasted into. */
export interface CutBox {
  /** First row and first row after it. */
  readonly rows: readonly [number, number];
  /** First column and first column after it. */
  readonly columns: readonly [number, number];
  /** Share of the image that stays. */
  readonly share: number;
}

/**
 * CutMix's box (Yun et al., "CutMix: Regularization strategy to train strong classifiers with
 * localizable features", ICCV 2019, equation 2) in BalPoE's form: centre ± ⌊⌊size · √(1 − λ)⌋ / 2⌋,
 * clipped to the image; the share is taken from the clipped box.
 *
 * @param size Width and height of the image.
 * @param options λ as drawn, and the row and column of the centre.
 *
 * @example A box in the corner
 * ```ts
 * import { cutBox } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const box = cutBox(8, { lambda: 0.75, row: 0, column: 4 });
 * assert.deepEqual(box, { rows: [0, 2], columns: [2, 6], share: 1 - 8 / 64 });
 * ```
 */
export function cutBox(
  size: number,
  { lambda, row, column }: {
    readonly lambda: number;
    readonly row: number;
    readonly column: number;
  },
): CutBox {
  const half = Math.floor(Math.trunc(size * Math.sqrt(1 - lambda)) / 2);
  const range = (centre: number) =>
    [Math.max(0, centre - half), Math.min(size, centre + half)] as const;
  const rows = range(row), columns = range(column);
  const cut = (rows[1] - rows[0]) * (columns[1] - columns[0]);
  return { rows, columns, share: 1 - cut / (size * size) };
}
