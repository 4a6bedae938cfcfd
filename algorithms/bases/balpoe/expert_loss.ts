import {
  add,
  broadcastTo,
  crossEntropy,
  log,
  mean,
  mul,
  reshape,
  type Tensor,
} from "../../../core/mod.ts";

/** What keeps the logarithm of an empty class finite, in BalPoE's code. */
const FLOOR = 1e-9;

/**
 * What BalPoE adds to each expert's logits in training: τ_e · log(π + 1e-9) (equation 6 of its paper
 * with λ = 1 − τ).
 *
 * @param prior Class frequencies π [classes].
 * @param tau τ of each expert.
 * @returns [experts, classes].
 */
export function expertBias(prior: Tensor, tau: readonly number[]): Tensor {
  return mul(log(add(prior, FLOOR)), prior.device.tensor(tau, [tau.length, 1]));
}

/**
 * Each expert's cross entropy, the mean over the batch (Sanchez Aimar et al., "Balanced product of
 * calibrated experts for long-tailed recognition", CVPR 2023, equation 7).
 *
 * @param logits [batch, experts, classes], without the bias.
 * @param y Classes [batch].
 * @param options `bias` of {@linkcode expertBias}; `weights` of the samples [batch].
 * @returns [experts].
 *
 * @example Two experts of one image
 * ```ts
 * import { requestDevice } from "@longtail/longtail/core";
 * import { expertBias, expertLosses } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const bias = expertBias(device.tensor([0.75, 0.25], [2]), [0, 1]);
 * const logits = device.zeros([1, 2, 2]), y = device.tensor([1], [1], "i32");
 * const [plain, adjusted] = await device.read(expertLosses(logits, y, { bias }));
 * assert.ok(Math.abs(plain! - Math.log(2)) < 1e-6 && Math.abs(adjusted! - Math.log(4)) < 1e-6);
 * device.destroy();
 * ```
 */
export function expertLosses(
  logits: Tensor,
  y: Tensor<"i32">,
  { bias, weights }: { readonly bias: Tensor; readonly weights?: Tensor },
): Tensor {
  const [batch = 0, experts = 0, classes = 0] = logits.shape;
  const each = <D extends "f32" | "i32">(x: Tensor<D>) =>
    reshape(broadcastTo(reshape(x, [batch, 1]), [batch, experts]), [batch * experts]);
  const losses = crossEntropy(reshape(add(logits, bias), [batch * experts, classes]), each(y), {
    reduction: "none",
    ...(weights ? { weights: each(weights) } : {}),
  });
  return mean(reshape(losses, [batch, experts]), 0);
}
