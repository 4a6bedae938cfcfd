/** Pixels of one image: HWC, u8, three channels. */
export interface Pixels {
  readonly width: number;
  readonly height: number;
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
  const skip = halfEven(long - size);
  const data = new Uint8Array(size * size * 3);
  for (let y = 0; y < size; y++) {
    const from = ((wide ? y : y + skip) * whole.width + (wide ? skip : 0)) * 3;
    data.set(whole.data.subarray(from, from + size * 3), y * size * 3);
  }
  return { width: size, height: size, data };
}

/** Half of a count, rounded as Python rounds: halves to the even neighbour. */
function halfEven(count: number): number {
  const half = Math.floor(count / 2);
  return count % 2 === 1 && half % 2 === 1 ? half + 1 : half;
}

/** For each target position: where its sources start, and their weights. */
interface Taps {
  readonly first: Int32Array;
  readonly count: Int32Array;
  readonly weights: Int32Array;
  /** Weights a position has room for. */
  readonly room: number;
}

let lastTaps: { from: number; to: number; taps: Taps } | undefined;

function tapsFor(from: number, to: number): Taps {
  if (lastTaps?.from === from && lastTaps.to === to) return lastTaps.taps;
  const scale = from / to;
  const support = Math.max(scale, 1);
  const room = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(to), count = new Int32Array(to);
  const weights = new Int32Array(to * room);
  for (let i = 0; i < to; i++) {
    const centre = (i + 0.5) * scale;
    const low = Math.max(0, Math.trunc(centre - support + 0.5));
    const high = Math.min(from, Math.trunc(centre + support + 0.5));
    const raw = Array.from(
      { length: high - low },
      (_, k) => Math.max(0, 1 - Math.abs((k + low - centre + 0.5) * (1 / support))),
    );
    const sum = raw.reduce((a, b) => a + b, 0);
    raw.forEach((w, k) => weights[i * room + k] = Math.trunc(0.5 + w / sum * 2 ** BITS));
    first[i] = low;
    count[i] = high - low;
  }
  const taps = { first, count, weights, room };
  lastTaps = { from, to, taps };
  return taps;
}

function alongRows({ width, height, data }: Pixels, to: number): Pixels {
  const { first, count, weights, room } = tapsFor(width, to);
  const out = new Uint8Array(to * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < to; x++) {
      let r = 1 << BITS - 1, g = r, b = r;
      // first, count and weights have an entry for each x; sources are inside the row.
      let from = (y * width + first[x]!) * 3;
      for (let k = x * room, end = k + count[x]!; k < end; k++, from += 3) {
        const w = weights[k]!;
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
  const { first, count, weights, room } = tapsFor(height, to);
  const row = width * 3;
  const out = new Uint8Array(to * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < to; y++) {
    sums.fill(1 << BITS - 1);
    for (let k = 0; k < count[y]!; k++) { // as above, for each y
      const w = weights[y * room + k]!;
      const from = (first[y]! + k) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[from + i]! * w;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = sums[i]! >> BITS;
  }
  return { width, height: to, data: out };
}
