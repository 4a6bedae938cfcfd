import {
  batchNormApplyKernel,
  batchNormGradientsKernel,
  batchNormInputGradientKernel,
  type BatchNormPass,
  batchNormRunningKernel,
  batchNormStatsKernel,
  batchNormSumsKernel,
  type BatchNormVariant,
} from "../../../kernels/batch_norm.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import { showShape } from "../shape.ts";
import { record } from "../tape.ts";
import type { Tensor } from "../tensor.ts";
import { gradientScale } from "./cast.ts";
import { requireFloat } from "./apply.ts";

/** What follows the normalization in the same kernel. */
export type BatchNormActivation =
  | { readonly kind: "none" }
  | { readonly kind: "relu" }
  | { readonly kind: "leaky-relu"; readonly slope: number };

/**
 * Whose statistics normalize.
 *
 * - `batch`: the batch's, towards which the running ones move.
 * - `frozen`: the batch's; the running ones stay.
 * - `running`: the running ones, as constants.
 */
export type BatchNormMode = "batch" | "frozen" | "running";

/** Settings of {@linkcode batchNorm}; all tensors are `[C]`. */
export interface BatchNormOptions {
  /** Factor of each channel [channels]. */
  readonly gamma: Tensor;
  /** Offset of each channel [channels]. */
  readonly beta: Tensor;
  /** Running mean of each channel [channels]; moved in mode `batch`. */
  readonly runningMean: Tensor;
  /** Running variance of each channel [channels], unbiased; moved in mode `batch`. */
  readonly runningVar: Tensor;
  /** Which statistics normalise. */
  readonly mode: BatchNormMode;
  /** Share of the batch in the moved running statistics, 0.1 by default. */
  readonly momentum?: number;
  /** Added to the variance, 1e-5 by default. */
  readonly eps?: number;
  /** None by default. */
  readonly activation?: BatchNormActivation;
}

/**
 * Batch normalization over all axes but the last, then an activation:
 * `y = activation((x - mean) / √(variance + eps) · gamma + beta)`. The batch's variance is the biased
 * one; the running variance moves towards the unbiased one.
 *
 * @param x `[..., C]`.
 * @throws {TypeError} If the shapes do not fit.
 * @throws {RangeError} If there is only one value a channel to take statistics of.
 *
 * @see Ioffe and Szegedy, Batch Normalization, 2015, algorithm 1; `torch.nn.functional.batch_norm`.
 *
 * @example Two values, normalized
 * ```ts
 * import { batchNorm, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const y = batchNorm(device.tensor([1, 3], [2, 1]), {
 *   gamma: device.tensor([1], [1]),
 *   beta: device.tensor([5], [1]),
 *   runningMean: device.tensor([0], [1]),
 *   runningVar: device.tensor([1], [1]),
 *   mode: "batch",
 *   eps: 0,
 * });
 * assert.deepEqual([...await device.read(y)], [4, 6]);
 * device.destroy();
 * ```
 */
export function batchNorm(x: Tensor, options: BatchNormOptions): Tensor {
  const { gamma, beta, mode, activation = { kind: "none" } } = options;
  const plan = planOf(x, options);
  const { device } = x;
  const stats = mode === "running" ? runningStats(x, options) : batchStats(x, plan, options);
  const slope = slopeOf(activation);
  const y = device.emptyLike(x);
  device.dispatch(
    batchNormApplyKernel(plan.variant),
    { x, stats, y },
    { rows: plan.rows, columns: plan.columns, perSplit: plan.perWrite, slope },
    plan.rowsGrid,
  );
  return record("batchNorm", [x, gamma, beta], y, [x, stats], (dy, { needs, out, sum }) => {
    const moves = mode !== "running";
    if (!moves && !needs(1) && !needs(2)) {
      const zero = device.zeros([plan.channels]);
      const constants = { plan, stats, slope, dGamma: zero, dBeta: zero, share: 0 };
      return [inputGradient(x, dy, constants, sum(0))];
    }
    const partial = sums("backward", { x, dy, stats }, plan, slope);
    const dGamma = out(1) ?? device.empty([plan.channels]);
    const dBeta = out(2) ?? device.empty([plan.channels]);
    device.dispatch(
      batchNormGradientsKernel(plan.variant.vector),
      { partial, dGamma, dBeta },
      { columns: plan.columns, splits: plan.splits, scale: 1 / gradientScale(x) },
      [plan.columns],
    );
    const share = moves ? gradientScale(x) / plan.rows : 0;
    return [
      needs(0)
        ? inputGradient(x, dy, { plan, stats, slope, dGamma, dBeta, share }, sum(0))
        : undefined,
      dGamma,
      dBeta,
    ];
  }, { ...options, activation });
}

/** How the kernels go over `x`. */
interface Plan {
  readonly channels: number;
  readonly rows: number;
  readonly variant: BatchNormVariant;
  /** Channels in fours, or one by one. */
  readonly columns: number;
  /** Parts that the rows of a column are summed in, and the rows of a part. */
  readonly splits: number;
  readonly perSplit: number;
  /** Rows that an invocation writes. */
  readonly perWrite: number;
  readonly sumsGrid: ReturnType<typeof scalarGroups>;
  readonly rowsGrid: ReturnType<typeof scalarGroups>;
}

/** Invocations that keep a device busy, and rows that are enough for one. */
const BUSY = {
  software: { invocations: 1024, rows: 32 },
  gpu: { invocations: 65536, rows: 8 },
} as const;

function planOf(x: Tensor, options: BatchNormOptions): Plan {
  requireFloat("batchNorm", x);
  const channels = x.shape.at(-1) ?? 0;
  for (const name of ["gamma", "beta", "runningMean", "runningVar"] as const) {
    const { shape } = options[name];
    if (shape.length !== 1 || shape[0] !== channels) {
      throw new TypeError(
        `Cannot normalize ${showShape(x.shape)} with ${name} of shape ${
          showShape(shape)
        }: it takes one number for each of the ${channels} channels`,
      );
    }
  }
  const rows = x.size / Math.max(channels, 1);
  if (options.mode !== "running" && rows < 2) {
    throw new RangeError(
      `Cannot take statistics of ${
        showShape(x.shape)
      }: there is one value a channel, take at least two or the running statistics`,
    );
  }
  const vector = channels % 4 === 0;
  const columns = vector ? channels / 4 : channels;
  const busy = x.device.software ? BUSY.software : BUSY.gpu;
  const perSplit = Math.ceil(Math.max(rows * columns / busy.invocations, busy.rows));
  const splits = Math.ceil(rows / perSplit);
  const perWrite = Math.ceil(Math.min(rows * columns / busy.invocations, busy.rows));
  return {
    channels,
    rows,
    variant: { vector, precision: x.precision },
    columns,
    splits,
    perSplit,
    perWrite,
    sumsGrid: scalarGroups(splits * columns),
    rowsGrid: scalarGroups(Math.ceil(rows / perWrite) * columns),
  };
}

function slopeOf(activation: BatchNormActivation): number {
  return activation.kind === "none" ? 1 : activation.kind === "relu" ? 0 : activation.slope;
}

function sums(
  pass: BatchNormPass,
  { x, dy, stats }: { x: Tensor; dy?: Tensor; stats?: Tensor },
  { rows, variant, columns, splits, perSplit, channels, sumsGrid }: Plan,
  slope: number,
): Tensor {
  const { device } = x;
  const partial = device.empty([splits, 2, channels]);
  device.dispatch(
    batchNormSumsKernel(pass, variant),
    { x, dy, stats, y: partial },
    { rows, columns, splits, perSplit, slope },
    sumsGrid,
  );
  return partial;
}

function batchStats(x: Tensor, plan: Plan, options: BatchNormOptions): Tensor {
  const { gamma, beta, runningMean, runningVar, mode, momentum = 0.1, eps = 1e-5 } = options;
  const { device } = x;
  const partial = sums("forward", { x }, plan, 1);
  const stats = device.empty([4, plan.channels]);
  const moving = mode === "batch";
  device.dispatch(
    batchNormStatsKernel(moving, plan.variant),
    {
      x,
      partial,
      gamma,
      beta,
      stats,
      runningMean: moving ? runningMean : undefined,
      runningVar: moving ? runningVar : undefined,
    },
    { columns: plan.columns, splits: plan.splits, rows: plan.rows, epsilon: eps, momentum },
    [plan.columns],
  );
  device.free(partial);
  return stats;
}

function runningStats(x: Tensor, options: BatchNormOptions): Tensor {
  const { gamma, beta, runningMean, runningVar, eps = 1e-5 } = options;
  const { device } = x;
  const channels = gamma.size;
  const vector = channels % 4 === 0;
  const columns = vector ? channels / 4 : channels;
  const stats = device.empty([4, channels]);
  device.dispatch(
    batchNormRunningKernel(vector),
    { runningMean, runningVar, gamma, beta, stats },
    { columns, epsilon: eps },
    scalarGroups(columns),
  );
  return stats;
}

function inputGradient(
  x: Tensor,
  dy: Tensor,
  { plan, stats, slope, dGamma, dBeta, share }: {
    plan: Plan;
    stats: Tensor;
    slope: number;
    dGamma: Tensor;
    dBeta: Tensor;
    share: number;
  },
  sum: Tensor | undefined,
): Tensor {
  const { device } = x;
  const dx = sum ?? device.emptyLike(x);
  device.dispatch(
    batchNormInputGradientKernel(sum !== undefined, plan.variant),
    { x, dy, stats, dGamma, dBeta, dx },
    { rows: plan.rows, columns: plan.columns, perSplit: plan.perWrite, slope, share },
    plan.rowsGrid,
  );
  return dx;
}
