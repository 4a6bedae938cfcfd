import {
  crossEntropyBackwardKernel,
  type CrossEntropyInput,
  crossEntropyKernel,
  type CrossEntropyVariant,
  weightedMeanKernel,
} from "../../../kernels/cross_entropy.ts";
import { rowGrid } from "../../../kernels/row.ts";
import { sameShape } from "../shape.ts";
import { record } from "../tape.ts";
import type { AnyTensor, Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import { reduceSum } from "./reduce_axes.ts";
import { reduceRun } from "./reduce_run.ts";
import { type Rows, rowsOf } from "./softmax.ts";

/** Settings of {@linkcode crossEntropy}. */
export interface CrossEntropyOptions {
  /** A weight for each row, `[B]`; a constant: asking for its gradient is an error. */
  readonly weights?: Tensor;
  /** Added to the logits of each class, `[C]`, e.g. the logarithm of a prior. */
  readonly offsets?: Tensor;
  /** What logits and offsets are divided by, 1 by default. */
  readonly temperature?: number;
  /** Hard label that leaves its row out. */
  readonly ignoreIndex?: number;
  /** How rows become one number, `mean` by default; see {@linkcode crossEntropy}. */
  readonly reduction?: CrossEntropyReduction;
}

/** How the losses of rows are reduced. */
export type CrossEntropyReduction = "mean" | "sum" | "none" | "weightedMean";

/**
 * Cross entropy between softmax and labels: with `v = (logits + offsets) / temperature`,
 * `l_i = weight_i · Σ_k q_ik (log Σ_c e^(v_ic) − v_ik)`.
 *
 * - `mean`: `Σ l / B`, or over the rows that are not ignored. Weights do not change the divisor.
 * - `weightedMean`: `Σ l / Σ weight` over the rows that are not ignored.
 * - `sum`: `Σ l`. `none`: the `l_i`, `[B]`, 0 for ignored rows.
 *
 * A mean over nothing is 0 with zero gradient. Gradients go to the logits, to a soft target and to
 * the offsets; pass `detach(...)` of what should stay constant. A hard label outside
 * `0 … C − 1` makes its loss NaN.
 *
 * @param logits `[B, C]`.
 * @param target Classes, `[B]` of whole numbers, or probabilities, `[B, C]`.
 * @throws {TypeError} If a shape or element type does not fit, or weights want a gradient.
 * @throws {RangeError} If the temperature is not above 0.
 *
 * @example The loss of a coin flip
 * ```ts
 * import { crossEntropy, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const loss = crossEntropy(device.tensor([3, 3], [1, 2]), device.tensor([1], [1], "i32"));
 * assert.ok(Math.abs((await device.read(loss))[0]! - Math.log(2)) < 1e-6);
 * device.destroy();
 * ```
 */
export function crossEntropy(
  logits: Tensor,
  target: Tensor<"f32" | "i32">,
  options: CrossEntropyOptions = {},
): Tensor {
  const call = checked(logits, target, options);
  const { device } = logits;
  const { variant, rows: { rows, length, form }, sharpness, ignored } = call;
  const { offsets, weights } = options;
  const inputs = { z: logits, wanted: target, offset: offsets, w: weights };
  const each = device.empty([rows]), stats = device.empty([rows, 2]);
  device.dispatch(
    crossEntropyKernel(variant, form),
    { ...inputs, loss: each, stats },
    { rows, length, sharpness, ignored },
    rowGrid(rows, form),
  );
  const { loss, scale, factor } = reduced(each, call, options, target);
  const kept = [logits, target, offsets, weights, stats, factor].filter((t) => t !== undefined);
  const differentiable = [logits, target, offsets].filter((t) => t !== undefined);
  return record("crossEntropy", differentiable, loss, kept, (dy, { needs }) => {
    const gradient = (input: CrossEntropyInput) => {
      const dx = device.empty(logits.shape);
      device.dispatch(
        crossEntropyBackwardKernel(variant, {
          input,
          each: call.reduction === "none",
          factored: factor !== undefined,
          form,
        }),
        { ...inputs, stats, dy, factor, dx },
        { rows, length, sharpness, ignored, scale },
        rowGrid(rows, form),
      );
      return dx;
    };
    const dz = needs(0) || needs(2) ? gradient("logits") : undefined;
    return [
      needs(0) ? dz : undefined,
      needs(1) && variant.target === "soft" ? gradient("target") : undefined,
      needs(2) && dz ? reduceSum(dz, [0]) : undefined,
    ];
  });
}

interface Call {
  readonly variant: CrossEntropyVariant;
  readonly rows: Rows;
  readonly sharpness: number;
  readonly ignored: number;
  readonly reduction: CrossEntropyReduction;
}

/** The reduced loss, and what a row's gradient is multiplied by. */
function reduced(
  each: Tensor,
  { variant, rows: { rows }, ignored, reduction }: Call,
  { weights }: CrossEntropyOptions,
  target: AnyTensor,
): { loss: Tensor; scale: number; factor: Tensor | undefined } {
  const { device } = each;
  if (reduction === "none") return { loss: each, scale: 1, factor: undefined };
  const weighted = reduction === "weightedMean" && weights !== undefined;
  const counted = reduction !== "sum" && variant.ignore;
  if (!weighted && !counted) {
    const scale = reduction === "sum" ? 1 : 1 / Math.max(rows, 1);
    const total = reduceRun(each, { reduction: "sum", outer: 1, length: rows, inner: 1, scale });
    return { loss: total.view([]), scale, factor: undefined };
  }
  const loss = device.empty([]), factor = device.empty([]);
  device.dispatch(
    weightedMeanKernel({ weights: weighted, ignore: counted }),
    {
      loss: each,
      w: weighted ? weights : undefined,
      wanted: counted ? target : undefined,
      y: loss,
      factor,
    },
    { rows, ignored },
    [1],
  );
  return { loss, scale: 1, factor };
}

function checked(
  logits: Tensor,
  target: AnyTensor,
  { weights, offsets, temperature = 1, ignoreIndex, reduction = "mean" }: CrossEntropyOptions,
): Call {
  const refuse = (why: string): never => {
    throw new TypeError(`Cannot take the cross entropy of ${logits} and ${target}: ${why}`);
  };
  requireFloat("crossEntropy", logits);
  const [batch, classes] = logits.shape;
  if (logits.shape.length !== 2) refuse("logits must be [B, C]");
  const hard = target.dtype === "i32";
  if (!hard && target.dtype !== "f32") refuse("labels must be i32 or f32");
  if (!sameShape(target.shape, hard ? [batch!] : logits.shape)) { // rank 2, seen above
    refuse(`a target of ${target.dtype} must be ${hard ? `[${batch}]` : `[${logits.shape}]`}`);
  }
  if (ignoreIndex !== undefined && !hard) refuse("only a hard label can be ignored");
  if (weights && (weights.dtype !== "f32" || !sameShape(weights.shape, [batch!]))) {
    refuse(`weights are ${weights}, not f32[${batch}]`);
  }
  if (offsets && (offsets.dtype !== "f32" || !sameShape(offsets.shape, [classes!]))) {
    refuse(`offsets are ${offsets}, not f32[${classes}]`);
  }
  if (weights?.tape && weights.tape === logits.device.tape) {
    refuse("weights have no gradient here: pass detach(weights), or multiply reduction 'none'");
  }
  if (!(temperature > 0)) {
    throw new RangeError(`Cannot divide logits by temperature ${temperature}: it must be above 0`);
  }
  return {
    variant: {
      target: hard ? "hard" : "soft",
      offsets: offsets !== undefined,
      weights: weights !== undefined,
      ignore: ignoreIndex !== undefined,
    },
    rows: rowsOf("crossEntropy", logits),
    sharpness: 1 / temperature,
    ignored: ignoreIndex ?? 0,
    reduction,
  };
}
