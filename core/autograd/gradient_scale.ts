import type { Tensor } from "./tensor.ts";

/**
 * What gradients of values in half precision are multiplied by while they lie in memory.
 *
 * The gradient of a mean over a batch is small: at 64 + 448 images of 32 × 32 pixels those of
 * activations are about 1e-6, where half precision, whose smallest normal number is 6e-5, has four
 * bits left. Sums are single precision and need no help, so the factor is constant: from 1.5e-8 on
 * numbers are normal, up to 16 they fit. It is a power of two, so that it changes no digit.
 */
const GRADIENT_SCALE = 4096;

/** What the gradient of a tensor is multiplied by while it lies in memory: 1 in single precision. */
export function gradientScale({ precision }: Pick<Tensor, "precision">): number {
  return precision === "f16" ? GRADIENT_SCALE : 1;
}
