import { add, exp, log, mul, pow, type Tensor } from "../../core/mod.ts";

/** What keeps the logarithm of an empty class finite, in SimPro's and ACR's code. */
const FLOOR = 1e-12;

/**
 * What logit adjustment adds to the logits of each class: log(πᵗ + 1e-12) (Menon et al., "Long-tail
 * learning via logit adjustment", ICLR 2021, equation 10; with the floor of SimPro's and ACR's code).
 *
 * @param prior Class frequencies π [classes]; they need not add up to 1.
 * @param strength Exponent: τ in the papers. With a tensor, one number, no class may be empty.
 *
 * @example A class with no image
 * ```ts
 * import { requestDevice } from "@longtail/longtail/core";
 * import { logPrior } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const [absent, all] = await device.read(logPrior(device.tensor([0, 1], [2]), 2));
 * assert.ok(Math.abs(absent! + 27.631) < 1e-3 && Math.abs(all!) < 1e-6);
 * device.destroy();
 * ```
 */
export function logPrior(prior: Tensor, strength: number | Tensor): Tensor {
  const power = typeof strength === "number"
    ? pow(prior, strength)
    : exp(mul(log(prior), strength));
  return log(add(power, FLOOR));
}
