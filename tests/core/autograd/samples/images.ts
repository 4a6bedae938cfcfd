import * as ops from "../../../../core/autograd/ops/mod.ts";
import { type Nd, nd, reduceNd, total } from "../../../reference/nd.ts";
import { draw, type Refusal, type Sample } from "./sample.ts";

interface Window {
  readonly stride: number;
  readonly padding: number;
}

/** `f` of the pixels (and their offsets in the window) that each output sees inside the image. */
function windows(
  { shape: [n = 0, h = 0, w = 0], data }: Nd,
  { kernel: [kh, kw], stride, padding, out }: Window & { kernel: [number, number]; out: number },
  f: (image: (a: number, b: number, c: number) => number | undefined, o: number) => number,
): Nd {
  const channels = data.length / (n * h * w);
  const oh = Math.floor((h + 2 * padding - kh) / stride) + 1;
  const ow = Math.floor((w + 2 * padding - kw) / stride) + 1;
  return nd([n, oh, ow, out], (i) => {
    const o = i % out, x = Math.floor(i / out) % ow;
    const y = Math.floor(i / out / ow) % oh, image = Math.floor(i / out / ow / oh);
    return f((a, b, c) => {
      const row = y * stride + a - padding, column = x * stride + b - padding;
      if (row < 0 || row >= h || column < 0 || column >= w) return undefined;
      return data[((image * h + row) * w + column) * channels + c];
    }, o);
  });
}

function range(n: number): number[] {
  return [...Array(n).keys()];
}

function conv2dNd(
  x: Nd,
  filter: Nd,
  { stride, padding, bias, plus }: Window & { bias?: Nd | undefined; plus?: Nd | undefined },
): Nd {
  const [kh, kw, c, out] = filter.shape as [number, number, number, number];
  const y = windows(x, { kernel: [kh, kw], stride, padding, out }, (image, o) => {
    let sum = bias?.data[o] ?? 0;
    for (const a of range(kh)) {
      for (const b of range(kw)) {
        for (const k of range(c)) {
          sum += (image(a, b, k) ?? 0) * filter.data[((a * kw + b) * c + k) * out + o]!; // inside
        }
      }
    }
    return sum;
  });
  return plus ? nd(y.shape, (i) => y.data[i]! + plus.data[i]!) : y; // of one shape
}

function poolNd(x: Nd, size: number, w: Window, f: (seen: number[], size: number) => number): Nd {
  const out = x.shape[3]!; // images
  return windows(x, { kernel: [size, size], ...w, out }, (image, c) => {
    const seen = range(size * size).map((i) => image(Math.floor(i / size), i % size, c));
    return f(seen.filter((v) => v !== undefined), size * size);
  });
}

const CONVOLUTIONS: readonly (readonly [number[], number[], Window])[] = [
  [[2, 5, 6, 3], [3, 3, 3, 4], { stride: 1, padding: 1 }],
  [[1, 7, 5, 4], [3, 3, 4, 8], { stride: 2, padding: 1 }],
  [[2, 4, 4, 8], [1, 1, 8, 5], { stride: 1, padding: 0 }],
  [[1, 5, 5, 1], [2, 3, 1, 1], { stride: 1, padding: 0 }],
];
const POOLS: readonly (readonly [number[], number, Window])[] = [
  [[2, 4, 6, 3], 2, { stride: 2, padding: 0 }],
  [[1, 5, 5, 4], 3, { stride: 2, padding: 1 }],
];
const ADDENDS: readonly (readonly ("bias" | "plus")[])[] = [
  [],
  ["bias"],
  ["plus"],
  ["bias", "plus"],
];
const EPS = 1e-5;

function normalizeNd(x: Nd, [gamma, beta, mean, variance]: readonly Nd[], batch: boolean): Nd {
  const axes = range(x.shape.length - 1), channels = x.shape.at(-1)!; // images
  const average = batch ? reduceNd(x, (v) => total(v) / v.length, { axes }) : mean!;
  const spread = batch
    ? reduceNd(x, (v) => total(v.map((a) => (a - total(v) / v.length) ** 2)) / v.length, { axes })
    : variance!;
  return nd(x.shape, (i) => {
    const c = i % channels, v = x.data[i]!; // one number a channel in each of the four
    const normal = (v - average.data[c]!) / Math.sqrt(spread.data[c]! + EPS);
    const y = normal * gamma!.data[c]! + beta!.data[c]!;
    return y > 0 ? y : 0.1 * y;
  });
}

const running = [draw("mean", [3]), draw("variance", [3], [0.5, 2])];

/** Samples of operations on images. */
export const samples: readonly Sample[] = [
  ...CONVOLUTIONS.flatMap(([x, w, window]) =>
    ADDENDS.map((names): Sample => {
      const operands = [draw("x", x), draw("w", w)] as const;
      const addends = { bias: [w[3]!], plus: conv2dNd(...operands, window).shape }; // a filter's
      const named = <T>([x, w, ...rest]: readonly T[]) =>
        [x!, w!, {
          ...window,
          bias: rest[names.indexOf("bias")],
          plus: rest[names.indexOf("plus")],
        }] as const;
      return {
        op: "conv2d",
        about: [`[${x}] by [${w}]`, JSON.stringify(window), ...names].join(", "),
        inputs: [...operands, ...names.map((name) => draw(name, addends[name]))],
        run: (inputs) => ops.conv2d(...named(inputs)),
        reference: (inputs) => conv2dNd(...named(inputs)),
      };
    })
  ),
  ...POOLS.flatMap(([shape, kernel, window]): Sample[] => [
    {
      op: "maxPool2d",
      about: `of [${shape}] by ${kernel}`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.maxPool2d(x!, { kernel, ...window }),
      reference: ([x]) => poolNd(x!, kernel, window, (seen) => Math.max(...seen)),
    },
    {
      op: "avgPool2d",
      about: `of [${shape}] by ${kernel}`,
      inputs: [draw("x", shape)],
      run: ([x]) => ops.avgPool2d(x!, { kernel, ...window }),
      reference: ([x]) => poolNd(x!, kernel, window, (seen, size) => total(seen) / size),
    },
  ]),
  ...[3, 8].map((channels): Sample => ({
    op: "globalAvgPool",
    about: `of ${channels} channels`,
    inputs: [draw("x", [2, 3, 5, channels])],
    run: ([x]) => ops.globalAvgPool(x!),
    reference: ([x]) => reduceNd(x!, (v) => total(v) / v.length, { axes: [1, 2] }),
  })),
  {
    op: "cast",
    about: "to half precision and back",
    inputs: [draw("x", [3, 5])],
    run: ([x], device) => device.half ? ops.cast(ops.cast(x!, "f16"), "f32") : ops.cast(x!, "f32"),
    reference: ([x]) => x!,
    relative: 2 ** -10,
  },
  ...(["batch", "frozen", "running"] as const).map((mode): Sample => ({
    op: "batchNorm",
    about: `by ${mode} statistics`,
    inputs: [draw("x", [3, 2, 4, 3]), draw("gamma", [3], [0.5, 2]), draw("beta", [3])],
    run: ([x, gamma, beta], device) => {
      const [runningMean, runningVar] = running.map((r) =>
        device.tensor(Float32Array.from(r.data), [3])
      );
      return ops.batchNorm(x!, {
        gamma: gamma!,
        beta: beta!,
        runningMean: runningMean!, // two, as above
        runningVar: runningVar!,
        mode,
        eps: EPS,
        activation: { kind: "leaky-relu", slope: 0.1 },
      });
    },
    reference: ([x, ...parameters]) =>
      normalizeNd(x!, [...parameters, ...running], mode !== "running"),
    relative: 3e-5,
  })),
];

/** Calls that must be refused. */
export const refusals: readonly Refusal[] = [
  {
    op: "conv2d",
    call: (d) => ops.conv2d(d.zeros([1, 4, 4, 3]), d.zeros([3, 3, 4, 8])),
    message: /\[1, 4, 4, 3\].*\[3, 3, 4, 8\]/,
  },
  {
    op: "maxPool2d",
    call: (d) => ops.maxPool2d(d.zeros([4, 4]), { kernel: 2 }),
    message: /\[4, 4\]/,
  },
  {
    op: "avgPool2d",
    call: (d) => ops.avgPool2d(d.zeros([1, 4, 4, 1]), { kernel: 0 }),
    message: /0/,
  },
  { op: "cast", call: (d) => ops.cast(d.zeros([2], "i32") as never, "f16"), message: /i32\[2\]/ },
  { op: "globalAvgPool", call: (d) => ops.globalAvgPool(d.zeros([4, 4])), message: /\[4, 4\]/ },
  {
    op: "batchNorm",
    call: (d) =>
      ops.batchNorm(d.zeros([4, 3]), {
        gamma: d.zeros([4]),
        beta: d.zeros([3]),
        runningMean: d.zeros([3]),
        runningVar: d.zeros([3]),
        mode: "batch",
      }),
    message: /\[4, 3\].*|\[4\]/,
  },
];
