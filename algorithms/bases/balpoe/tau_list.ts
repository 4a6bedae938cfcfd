/** Settings of {@linkcode tauList}. */
export interface TauListOptions {
  /** The list itself, or the lowest and highest value. */
  readonly tau: readonly number[];
  /**
   * `list`: as given. `limits`: equally spaced from the lowest to the highest value, a single one in
   * the middle. `uniform`: the middles of equal parts of that range.
   */
  readonly form: "list" | "limits" | "uniform";
  /** Number of experts of `limits` and `uniform`. */
  readonly experts: number;
}

/**
 * BalPoE's τ of each expert.
 *
 * @example The three experts of CIFAR
 * ```ts
 * import { tauList } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tauList({ tau: [0, 2], form: "limits", experts: 3 }), [0, 1, 2]);
 * ```
 */
export function tauList({ tau, form, experts }: TauListOptions): readonly number[] {
  if (form === "list") return tau;
  const [low = 0, high = low] = tau;
  const places = form === "uniform" || experts === 1
    ? Array.from({ length: experts }, (_, i) => (i + 0.5) / experts)
    : Array.from({ length: experts }, (_, i) => i / (experts - 1));
  return places.map((place) => low + (high - low) * place);
}
