import { concat, div, mixup, pow, type Rng, sum, type Tensor } from "../../core/mod.ts";

/** How the rows of a step are mixed. */
export interface Mixing {
  /** Share of a row itself, [1]. */
  readonly share: Tensor;
  /** The row that each row is mixed with, [rows]. */
  readonly order: Tensor<"i32">;
}

/**
 * Draws one share λ' = max(λ, 1 − λ), λ ~ Beta(α, α), and one order for all rows (Berthelot et al.,
 * "MixMatch", NeurIPS 2019, equations 8 and 9).
 *
 * @param random Random numbers by name, those of a step.
 */
export function drawMixing(
  s: { random(name: string): Rng },
  alpha: number,
  rows: number,
): Mixing {
  const order = s.random("order").permutation(rows);
  const drawn = s.random("share").beta(alpha);
  return { share: order.device.tensor([Math.max(drawn, 1 - drawn)], [1]), order };
}

/** p_k^(1/T), each row scaled to sum 1 (MixMatch, equation 7). */
export function sharpen(probs: Tensor, temperature: number): Tensor {
  const powers = pow(probs, 1 / temperature);
  return div(powers, sum(powers, 1, { keepAxes: true }));
}

/** Mixes rows: λ' x[i] + (1 − λ') x[order[i]]. */
export function mixRows(parts: readonly Tensor[], { order, share }: Mixing): Tensor {
  return mixup(concat(parts, 0), order, share);
}
