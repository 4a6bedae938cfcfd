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
  return resizeWindow(image, { to: width }, { to: height });
}

/** The length of an axis after a resize, and the part of it that is wanted: all by default. */
interface Axis {
  readonly to: number;
  readonly first?: number;
  readonly count?: number;
}

/**
 * A part of what {@linkcode resize} gives. Nothing is made of rows that it does not need, so that a thin
 * image takes no more memory than another.
 */
function resizeWindow(image: Pixels, width: Axis, height: Axis): Pixels {
  if (keeps(height, image.height)) {
    return keeps(width, image.width) ? image : alongRows(image, width);
  }
  const weights = weightsFor(image.height, height);
  const rows = rowsOf(image, weights);
  return alongColumns(keeps(width, image.width) ? rows : alongRows(rows, width), weights);
}

/** The rows of an image that weights along its columns take in. */
function rowsOf({ width, data }: Pixels, { records, taps }: ResampleWeights): Pixels {
  const last = records.length - (taps + 2);
  const from = records[0]!, to = records[last]! + records[last + 1]!; // there is a record
  return { width, height: to - from, data: data.subarray(from * width * 3, to * width * 3) };
}

function keeps({ to, count = to }: Axis, from: number): boolean {
  return to === from && count === to;
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
  const middle = { to: long, first: roundHalfEven((long - size) / 2), count: size };
  return width > height
    ? resizeWindow(image, middle, { to: size })
    : resizeWindow(image, { to: size }, middle);
}

/** Images of a part are of one size, so the weights of the last ones mostly serve again. */
const made: { readonly key: string; readonly weights: ResampleWeights }[] = [];

function weightsFor(from: number, { to, first = 0, count = to }: Axis): ResampleWeights {
  const key = `${from} ${to} ${first} ${count}`;
  const found = made.find((one) => one.key === key);
  if (found) return found.weights;
  const weights = resampleWeights(from, to, { filter: "bilinear", first, count });
  made.push({ key, weights });
  if (made.length > 2) made.shift(); // one an axis
  return weights;
}

function alongRows({ width, height, data }: Pixels, axis: Axis): Pixels {
  const { records, taps } = weightsFor(width, axis), { count: columns = axis.to } = axis;
  const out = new Uint8Array(columns * height * 3);
  for (let y = 0, at = 0; y < height; y++) {
    for (let x = 0; x < columns; x++) {
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
  return { width: columns, height, data: out };
}

/** Rows begin with the first that the weights take in. */
function alongColumns({ width, data }: Pixels, { records, taps }: ResampleWeights): Pixels {
  const row = width * 3, rows = records.length / (taps + 2), first = records[0]!; // there is a record
  const out = new Uint8Array(rows * row);
  const sums = new Int32Array(row);
  for (let y = 0; y < rows; y++) {
    sums.fill(1 << BITS - 1);
    // As above, for each y.
    const record = y * (taps + 2), count = records[record + 1]!;
    for (let k = 0; k < count; k++) {
      const w = records[record + 2 + k]!;
      const from = (records[record]! - first + k) * row;
      for (let i = 0; i < row; i++) sums[i]! += data[from + i]! * w;
    }
    for (let i = 0; i < row; i++) out[y * row + i] = sums[i]! >> BITS;
  }
  return { width, height: rows, data: out };
}
