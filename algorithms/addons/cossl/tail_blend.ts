import { add, gather, greater, mul, reshape, sub, type Tensor, where } from "../../../core/mod.ts";

/**
 * CoSSL's chance that a class's features are blended: (N_max − N_c) / N_max (Fan et al., "CoSSL:
 * Co-learning of representation and classifier for imbalanced semi-supervised learning", CVPR 2022,
 * section 4.2).
 *
 * @param counts Labeled images of each class.
 *
 * @example The rarest class is blended the most
 * ```ts
 * import { blendChances } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(blendChances([4, 3, 1]), [0, 0.25, 0.75]);
 * ```
 */
export function blendChances(counts: readonly number[]): number[] {
  const most = Math.max(...counts);
  return counts.map((n) => (most - n) / most);
}

/** What {@linkcode blendTail} blends. */
export interface TailBlend {
  /** Features of the class-balanced batch [batch, features]. */
  readonly own: Tensor;
  /** Their classes [batch]. */
  readonly y: Tensor<"i32">;
  /** Features of images of any class [batch, features]. */
  readonly partner: Tensor;
  /** Chance of each class; see {@linkcode blendChances}. */
  readonly chances: Tensor;
  /** Draws over [0, 1) that decide whether a row is blended [batch]. */
  readonly gate: Tensor;
  /** Draws over [0, 1) that decide how much of its own stays [batch]. */
  readonly share: Tensor;
  /** Least weight of a row's own features: μ in the paper, `max_lam` in the code. */
  readonly least: number;
}

/**
 * CoSSL's tail-class feature enhancement: z_i ← λ z_i + (1 − λ) v_i with λ ~ U(μ, 1), where the gate
 * is below the chance of the row's class (section 4.2); the class stays.
 *
 * @returns [batch, features].
 */
export function blendTail({ own, y, partner, chances, gate, share, least }: TailBlend): Tensor {
  const column = (x: Tensor) => reshape(x, [y.size, 1]);
  const weight = column(add(mul(share, 1 - least), least));
  const blended = add(partner, mul(sub(own, partner), weight));
  return where(column(greater(gather(chances, y), gate)), blended, own);
}
