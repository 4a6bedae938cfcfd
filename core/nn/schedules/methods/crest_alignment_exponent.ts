import type { Schedule } from "../schedule.ts";

/** Settings of {@linkcode crestAlignmentExponent}. */
export interface CrestAlignmentExponentOptions {
  /** Generations G of the run. */
  readonly generations: number;
  /** Exponent of the last generation, t_min; 0.5 as published. */
  readonly minimum?: number;
}

/**
 * Exponent of CReST+'s progressive distribution alignment, of the 0-based generation g:
 * 1 - (1 - t_min) g / (G - 1), and 1 if there is only one.
 *
 * The alignment target is the labeled prior to this power, normalised.
 *
 * @see Wei et al., "CReST: A Class-Rebalancing Self-Training Framework for Imbalanced
 * Semi-Supervised Learning", CVPR 2021, section 3.4.
 */
export function crestAlignmentExponent(
  { generations, minimum = 0.5 }: CrestAlignmentExponentOptions,
): Schedule {
  return (generation) => 1 - (1 - minimum) * generation / Math.max(1, generations - 1);
}
