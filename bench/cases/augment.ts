import { Random } from "../../core/random.ts";
import type { BenchCase, CaseSizes } from "../bench_case.ts";
import type { AugmentProblem } from "../contender.ts";
import { judgeElements } from "../judge.ts";

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

/** Weak views are computed again; of strong ones it is known that they are images. */
function judge(
  problem: AugmentProblem,
  results: ReadonlyMap<string, Float32Array>,
): ReadonlyMap<string, string> {
  const length = problem.bytes.length;
  const weak = new Map([...results].map(([name, all]) => [name, all.subarray(0, length)]));
  const wrong = new Map(
    judgeElements(weak, { length, valueAt: (place) => weakValue(problem, place), tolerance: 1e-6 }),
  );
  for (const [name, all] of results) {
    const strong = all.subarray(length);
    if (strong.length !== length) wrong.set(name, `${strong.length} values of strong views`);
    const outside = strong.findIndex((v) => !(v >= -1 && v <= 1));
    if (outside >= 0) wrong.set(name, `value ${length + outside} is ${strong[outside]}`);
  }
  return wrong;
}

/** Flip, then a reflect-padded crop by an eighth, from the words that a row draws. */
function weakValue({ size, bytes, seed, step }: AugmentProblem, place: number): number {
  const channel = place % 3, x = Math.trunc(place / 3) % size;
  const y = Math.trunc(place / (3 * size)) % size;
  const row = Math.trunc(place / (3 * size * size));
  const words = new Random({ seed, step, name: "weak" });
  for (let i = 0; i < row * WORDS; i++) words.word();
  const flipped = words.uniform() < 0.5;
  for (let i = 1; i < 4; i++) words.word();
  const pad = size / 8;
  const [left, top] = [words.word(), words.word()].map((word) =>
    Math.trunc(word / 2 ** 32 * (2 * pad + 1)) - pad
  ) as [number, number];
  const reflect = (at: number) => size - 1 - Math.abs(size - 1 - Math.abs(at));
  const column = reflect(x + left), line = reflect(y + top);
  const from = (row * size + line) * size + (flipped ? size - 1 - column : column);
  return (bytes[3 * from + channel] ?? NaN) / 127.5 - 1;
}

/** Random words of a row. */
const WORDS = 256;
