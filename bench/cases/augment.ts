import { Random } from "../../core/random.ts";
import type { BenchCase, CaseSizes } from "../bench_case.ts";
import type { AugmentProblem } from "../contender.ts";

/** A weak and a strong view of each image of a batch, as FixMatch needs them of unlabeled images. */
export function augmentCases({ quick, software }: CaseSizes): BenchCase[] {
  const images = quick ? 32 : software ? 128 : 448;
  return (quick ? [32] : [32, 64, 224]).map((size) =>
    augmentCase({ images: size > 64 ? images / 8 : images, size })
  );
}

function augmentCase({ images, size }: Pick<AugmentProblem, "images" | "size">): BenchCase {
  return {
    name: "augment",
    shape: `weak and strong, n${images} ${size}x${size}`,
    amount: { images: 2 * images },
    stateful: false,
    prepare() {
      const random = new Random({ seed: 1, name: "bench/augment" });
      const bytes = Uint8Array.from({ length: images * size * size * 3 }, () => random.word());
      const problem: AugmentProblem = { images, size, bytes, seed: 2, step: 3 };
      return {
        start: (contender) => contender.augment?.(problem),
        judge: (results) => judge(problem, results),
      };
    },
  };
}

/**
 * Everyone draws decisions of their own: a weak view has to be what some flip and crop make of its
 * image, a strong one an image with a grey box.
 */
function judge(
  problem: AugmentProblem,
  results: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, string> {
  const { images, bytes } = problem;
  const pixels = bytes.length / images;
  const wrong = new Map<string, string>();
  for (const [name, all] of results) {
    const [weak, strong] = [all.subarray(0, bytes.length), all.subarray(bytes.length)];
    const row = (views: Float32Array, i: number) => views.subarray(i * pixels, (i + 1) * pixels);
    const rows = Array.from({ length: images }, (_, i) => i);
    const outside = strong.findIndex((v) => !(v >= -1 && v <= 1));
    const noWeak = rows.find((i) => !isWeakView(problem, i, row(weak, i)));
    const noStrong = rows.find((i) => row(strong, i).filter(isGrey).length < 3 * LEAST_BOX ** 2);
    if (strong.length !== bytes.length) wrong.set(name, `${all.length} values`);
    else if (outside >= 0) wrong.set(name, `value ${bytes.length + outside} is ${strong[outside]}`);
    else if (noWeak !== undefined) wrong.set(name, `weak view ${noWeak} is none of its image`);
    else if (noStrong !== undefined) wrong.set(name, `strong view ${noStrong} has no grey box`);
  }
  return wrong;
}

/** A box of 16 pixels around a corner still covers this many of each side. */
const LEAST_BOX = 8;

function isGrey(value: number): boolean {
  return Math.abs(value - normalized(127)) < TOLERANCE;
}

/** Whether some flip and reflect-padded crop by an eighth make `view` of image `i`. */
function isWeakView({ size, bytes }: AugmentProblem, i: number, view: Float32Array): boolean {
  const pad = size / 8;
  const reflect = (at: number) => size - 1 - Math.abs(size - 1 - Math.abs(at));
  const equals = (flipped: boolean, left: number, top: number) =>
    view.every((value, place) => {
      const channel = place % 3, pixel = Math.trunc(place / 3);
      const column = reflect(pixel % size + left), line = reflect(Math.trunc(pixel / size) + top);
      const from = (i * size + line) * size + (flipped ? size - 1 - column : column);
      return Math.abs(value - normalized(bytes[3 * from + channel] ?? NaN)) < TOLERANCE;
    });
  for (const flipped of [false, true]) {
    for (let left = -pad; left <= pad; left++) {
      for (let top = -pad; top <= pad; top++) if (equals(flipped, left, top)) return true;
    }
  }
  return false;
}

function normalized(byte: number): number {
  return byte / 127.5 - 1;
}

/** Of values from −1 to 1, in float32. */
const TOLERANCE = 1e-6;
