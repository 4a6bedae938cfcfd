import type { BenchCase, CaseSizes } from "../bench_case.ts";
import type { Conv2dKind, Conv2dProblem, Conv2dShape } from "../contender.ts";
import { judgeElements } from "../judge.ts";
import { randomArray } from "../random_array.ts";
import { conv2dValueAt } from "./conv2d_value.ts";

/** All shapes of WRN-28-2 on 32×32 images: `[in, out, size, kernel, stride]`. */
const SHAPES: readonly (readonly [number, number, number, 1 | 3, 1 | 2])[] = [
  [3, 16, 32, 3, 1],
  [16, 32, 32, 3, 1],
  [32, 32, 32, 3, 1],
  [32, 64, 32, 3, 2],
  [64, 64, 16, 3, 1],
  [64, 128, 16, 3, 2],
  [128, 128, 8, 3, 1],
  [16, 32, 32, 1, 1],
  [32, 64, 32, 1, 2],
  [64, 128, 16, 1, 2],
];
/** The three that a step spends most of its time in. */
const QUICK = [2, 4, 6];

/** Convolutions of WRN-28-2, one kind after the other. */
export function conv2dCases({ quick, software }: CaseSizes): BenchCase[] {
  const batch = quick ? 8 : software ? 32 : 128;
  const shapes = quick ? SHAPES.filter((_, i) => QUICK.includes(i)) : SHAPES;
  return (["forward", "input", "filter"] as const).flatMap((kind) =>
    shapes
      // Nobody needs the gradient of the images.
      .filter(([inChannels]) => kind !== "input" || inChannels > 3)
      .map(([inChannels, outChannels, size, kernel, stride]) =>
        conv2dCase(kind, {
          batch,
          inChannels,
          outChannels,
          size,
          kernel,
          stride,
        })
      )
  );
}

function conv2dCase(kind: Conv2dKind, shape: Conv2dShape): BenchCase {
  const { batch, size, inChannels, outChannels, kernel, stride } = shape;
  const lengths = {
    x: batch * inChannels * size ** 2,
    w: inChannels * outChannels * kernel ** 2,
    dy: batch * outChannels * (size / stride) ** 2,
  };
  return {
    name: `conv2d-${kind}`,
    shape: `n${batch} c${inChannels}-${outChannels} ${size}x${size} k${kernel} s${stride}`,
    amount: { flops: 2 * lengths.dy * inChannels * kernel ** 2 },
    stateful: false,
    prepare() {
      const problem: Conv2dProblem = {
        ...shape,
        kind,
        x: randomArray(lengths.x, 1),
        w: randomArray(lengths.w, 2),
        dy: randomArray(lengths.dy, 3),
      };
      const length = lengths[({ forward: "dy", input: "x", filter: "w" } as const)[kind]];
      const valueAt = (place: number) => conv2dValueAt(problem, place);
      return {
        start: (contender) => contender.conv2d?.(problem),
        judge: (results) => judgeElements(results, { length, valueAt, tolerance: 1e-4 }),
      };
    },
  };
}
