import { roundHalfEven } from "../../core/round_half_even.ts";
import { type ResampleWeights, resampleWeights } from "./resample_weights.ts";

/** Pixels of one image: HWC, u8, three channels. */
export interface Pixels {
  /** Pixels of a row. */
  readonly width: number;
  /** Number of rows. */
  readonly height: number;
  /** Bytes as HWC, three a pixel. */
  readonly data: Uint8Array;
}

/** How an image becomes a square. */
export type Fit = "squash" | "cover";

/** Fixed-point bits of a weight: what 8-bit pixels and 32-bit sums leave (Pillow, Resample.c). */
const BITS = 22;

/**
 * Resizes an image as Pillow does with BILINEAR: a triangle filter as wide as the reduction, first
 * along rows, then along columns, rounded to bytes in between (Pillow, src/libImaging/Resample.c).
 *
 * @param image What to resize; may be returned as it is.
 * @returns Bit for bit what Pillow gives.
 *
 * @example Pillow's own answer
 * ```ts
 * import { resize } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const data = Uint8Array.from({ length: 108 }, (_, i) => 7 * Math.floor(i / 3)); // 6 x 6, grey
 * const small = resize({ width: 6, height: 6, data }, 2, 2);
 * assert.deepEqual([0, 3, 6, 9].map((i) => small.data[i]), [62, 79, 167, 184]);
 * ```
 */
export function resize(image: Pixels, width: number, height: number): Pixels {
  const rows = width === image.width ? image : alongRows(image, width);
  return height === image.height ? rows : alongColumns(rows, height);
}

/**
 * Makes a square of an image.
 *
 * @param fit `squash` resizes both sides to `size`; `cover` resizes the shorter one and cuts the
 * middle out, as torchvision's Resize and CenterCrop do.
 */
export function toSquare(image: Pixels, size: number, fit: Fit): Pixels {
  const { width, height } = image;
  if (fit === "squash" || width === height) return resize(image, size, size);
  const long = Math.max(size, Math.trunc(size * Math.max(width, height) / Math.min(width, height)));
  const wide = width > height;
  const whole = resize(image, wide ? long : size, wide ? size : long);
  const skip = roundHalfEven((long - size) / 2);
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const from = ((wide ? y : y + skip) * whole.width + (wide ? skip : 0)) * 3;
    data.set(whole.data.subarray(from, from + size * 3), y * size * 3);
  }
  return { width: size, height: size, data };
}

/** Images of a part are of one size, so the weights of the last one mostly serve again. */
let last: { from: number; to: number; weights: ResampleWeights } | undefined;

function weightsFor(from: number, to: number): ResampleWeights {
  if (last?.from !== from || last.to !== to) {
    last = { from, to, weights: resampleWeights(from, to, { filter: "bilinear" }) };
  }
  return last.weights;
}

function alongRows({ width, height, data }: Pixels, to: number): Pixels {
  const { records, taps } = weightsFor(width, to);
  const out = new Uint8Array(to * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      let r = 1 << BITS - 1, g = r, b = r;
      // There is a record for each x; its sources are inside the row.
      const record = x * (taps + 2), end = record + 2 + records[record + 1]!;
      let from = (y * width + records[record]!) * 3;
      for (let k = record + 2; k < end; k++, from += 3) {
        const w = records[k]!;
        r += data[from]! * w;
        g += data[from + 1]! * w;
        b += data[from + 2]! * w;
      }
      out[at++] = r >> BITS;
      out[at++] = g >> BITS;
      out[at++] = b >> BITS;
    }
  }
  return { width: to, height, data: out };
}

function alongColumns({ width, height, data }: Pixels, to: number): Pixels {
  const { records, taps } = weightsFor(height, to);
  const row = width * 3;
  const out = new Uint8Array(to * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < to; y++) {
    sums.fill(1 << BITS - 1);
    // As above, for each y.
    const record = y * (taps + 2), count = records[record + 1]!;
    for (let k = 0; k < count; k++) {
      const w = records[record + 2 + k]!;
      const from = (records[record]! + k) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[from + i]! * w;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = sums[i]! >> BITS;
  }
  return { width, height: to, data: out };
}
