import { Random } from "../../core/random.ts";
import type { Dataset, ImagePart } from "./dataset.ts";
import { sha256 } from "./fingerprint.ts";
import type { LabeledImages } from "../formats/raw_images.ts";
import { CANVAS, paintSynthetic, type SyntheticDifficulty } from "./synthetic_image.ts";
import { syntheticClasses } from "./synthetic_shapes.ts";

export { type SyntheticDifficulty } from "./synthetic_image.ts";

/** The difficulty of the set `synthetic`. */
export const syntheticDifficulty: SyntheticDifficulty = {
  colour: 0.25,
  noise: 0.07,
  clutter: 3,
  occlusion: 1,
  pattern: 0.08,
  shift: 0.1,
  scale: 0.45,
  turn: 0.12,
  contrast: [0.28, 0.5],
};

/** Which images {@link syntheticImages} makes. */
export interface SyntheticImagesOptions {
  /** Whole number; equal seeds give equal images. */
  readonly seed: number;
  /** Names an own sequence of images: images of two parts have nothing in common. */
  readonly part: string;
  /** Index of the first image. Default 0. */
  readonly from?: number;
  /** How many images. */
  readonly images: number;
  /** Height and width: 32, or 16, which is the same image averaged 2 x 2. */
  readonly size: 16 | 32;
  /** What differs from the difficulty of the set `synthetic`. */
  readonly difficulty?: Partial<SyntheticDifficulty> | undefined;
}

/**
 * Makes images of ten shapes and textures; as many as you like, all classes equally often.
 *
 * Image `i` of a seed and a part is always the same, on every machine, whatever else is made; its
 * class is `i mod 10`.
 *
 * @returns Images as HWC and their labels.
 * @throws {RangeError} If the size is not 16 or 32, or the seed is none.
 *
 * @example Image 3 does not depend on images 0 to 2
 * ```ts
 * import { syntheticImages } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const all = syntheticImages({ seed: 1, part: "train", images: 4, size: 16 });
 * const last = syntheticImages({ seed: 1, part: "train", from: 3, images: 1, size: 16 });
 * assert.deepEqual(all.bytes.subarray(3 * 16 * 16 * 3), last.bytes);
 * assert.deepEqual([...all.labels], [0, 1, 2, 3]);
 * ```
 */
export function syntheticImages(
  { seed, part, from = 0, images, size, difficulty }: SyntheticImagesOptions,
): LabeledImages {
  requireSize(size);
  const full: SyntheticDifficulty = { ...syntheticDifficulty, ...difficulty };
  const canvas = new Float32Array(CANVAS * CANVAS * 3);
  const each = size * size * 3;
  const bytes = new Uint8Array(images * each);
  const labels = new Int32Array(images);
  for (let i = 0; i < images; i++) {
    const label = (from + i) % syntheticClasses.length;
    const random = new Random({ seed, step: from + i, name: `synthetic/${part}` });
    paintSynthetic(label, random, { canvas, difficulty: full });
    const target = bytes.subarray(i * each, (i + 1) * each);
    if (size === CANVAS) quantize(canvas, target);
    else quantizeHalf(canvas, target);
    labels[i] = label;
  }
  return { bytes, labels };
}

/** What {@link syntheticDataset} makes. */
export interface SyntheticOptions {
  /** Default 0. */
  readonly seed?: number;
  /** 16 or 32, the default. */
  readonly size?: number;
  /** Images of the train part. Default 10,000. */
  readonly train?: number;
  /** Images of the test part. Default 2,000. */
  readonly test?: number;
  /** Default {@link syntheticDifficulty}. */
  readonly difficulty?: Partial<SyntheticDifficulty>;
}

/**
 * The data set `synthetic`: ten classes of procedural images, for trying methods without files.
 *
 * @throws {RangeError} If the size is not 16 or 32, or the seed is none.
 *
 * @example A small one
 * ```ts
 * import { syntheticDataset } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const { train, classNames } = await syntheticDataset({ train: 20, test: 10, size: 16 });
 * assert.equal(train.images, 20);
 * assert.equal(classNames[1], "ring");
 * ```
 */
export async function syntheticDataset(
  { seed = 0, size = CANVAS, train = 10_000, test = 2_000, difficulty }: SyntheticOptions = {},
): Promise<Dataset> {
  requireSize(size);
  const full: SyntheticDifficulty = { ...syntheticDifficulty, ...difficulty };
  // The generator decides every byte, so what it is given stands for them.
  const contents = JSON.stringify(["synthetic 1", seed, size, train, test, Object.entries(full)]);
  const part = (name: string, images: number) =>
    drawnPart({ seed, part: name, images, size: size as 16 | 32, difficulty: full }); // checked
  return {
    name: "synthetic",
    classNames: syntheticClasses,
    size,
    channels: 3,
    mean: [0.5, 0.5, 0.5],
    std: [0.25, 0.25, 0.25],
    train: part("train", train),
    test: part("test", test),
    fingerprint: await sha256(new TextEncoder().encode(contents)),
  };
}

/** A part whose images are drawn when they are read: a run uses some of them, once. */
function drawnPart(options: SyntheticImagesOptions): ImagePart {
  const { images, size } = options;
  syntheticImages({ ...options, images: 1 }); // refuses a seed that is none
  const each = size * size * 3;
  return {
    images,
    labels: Int32Array.from({ length: images }, (_, i) => i % syntheticClasses.length),
    read(indices) {
      const bytes = new Uint8Array(indices.length * each);
      for (let k = 0; k < indices.length; k++) {
        const from = indices[k]!; // k is inside
        if (!(from >= 0 && from < images)) {
          throw new RangeError(`Cannot read image ${from}: the part has ${images}`);
        }
        bytes.set(syntheticImages({ ...options, from, images: 1 }).bytes, k * each);
      }
      return bytes;
    },
  };
}

function requireSize(size: number): void {
  if (size === 16 || size === 32) return;
  throw new RangeError(`Cannot make synthetic images of ${size} px: give 16 or 32`);
}

/** Pixels in [0, 1] as bytes; Uint8ClampedArray rounds to the nearest, halves to even. */
function quantize(canvas: Float32Array, target: Uint8Array): void {
  const clamped = new Uint8ClampedArray(target.buffer, target.byteOffset, target.length);
  for (let i = 0; i < clamped.length; i++) clamped[i] = canvas[i]! * 255; // of equal length
}

/** Means of 2 x 2 pixels as bytes. */
function quantizeHalf(canvas: Float32Array, target: Uint8Array): void {
  const clamped = new Uint8ClampedArray(target.buffer, target.byteOffset, target.length);
  const row = CANVAS * 3;
  for (let y = 0, at = 0; y < CANVAS; y += 2) {
    for (let x = 0; x < row; x += 6) {
      for (let c = 0; c < 3; c++, at++) {
        const p = y * row + x + c;
        // p and its neighbours to the right and below are inside the canvas.
        const sum = canvas[p]! + canvas[p + 3]! + canvas[p + row]! + canvas[p + row + 3]!;
        clamped[at] = sum * 63.75;
      }
    }
  }
}
