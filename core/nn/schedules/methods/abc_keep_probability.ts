import type { Schedule } from "../schedule.ts";

/** Settings of {@linkcode abcKeepProbability}. */
export interface AbcKeepProbabilityOptions {
  /** Rarest class's count divided by this class's, N_min / N_k: the probability at the end. */
  readonly share: number;
  /** Periods in the run; 500 in DASO's and SEVAL's code. */
  readonly periods: number;
  /** Steps a period; 500 there. */
  readonly periodSteps: number;
}

/**
 * Probability with which ABC's balanced head keeps an unlabeled sample of a class, falling by
 * periods from 1 to the class's share: 1 - (⌊t / period⌋ / periods) (1 - share).
 *
 * @see Lee et al., "ABC: Auxiliary Balanced Classifier for Class-imbalanced Semi-supervised
 * Learning", NeurIPS 2021, section 3.3.
 */
export function abcKeepProbability(
  { share, periods, periodSteps }: AbcKeepProbabilityOptions,
): Schedule {
  return (step) => 1 - Math.floor(step / periodSteps) / periods * (1 - share);
}
