import {
  above,
  add,
  concat,
  div,
  lerp,
  mean,
  minimum,
  mul,
  slice,
  type StateSpec,
  sum,
  type Tensor,
} from "../../core/mod.ts";

/** Mean predictions of the last batches, newest last, and how many there are. */
export interface AlignmentBank {
  /** [batches, classes]; zero where no batch was. */
  readonly bank: Tensor;
  /** [1]. */
  readonly held: Tensor;
}

/** Puts the mean of a batch's predictions [batch, classes] into the bank; the oldest falls out. */
export function pushMean({ bank, held }: AlignmentBank, probs: Tensor): AlignmentBank {
  const next = concat([slice(bank, { start: 1 }), mean(probs, 0, { keepAxes: true })], 0);
  return { bank: next, held: minimum(add(held, 1), bank.shape[0]!) }; // a bank has two axes
}

/**
 * How a running mean of predictions is taken: over the last batches that there were (`bank`), over as
 * many slots, empty at first and counted all the same (`ring`, USB's DistAlignQueueHook), or as a
 * moving average that the first batch starts (`moving`, its DistAlignEMAHook).
 */
export type RunningMean = "bank" | "ring" | "moving";

/** Every {@linkcode RunningMean}. */
export const RUNNING_MEANS: readonly RunningMean[] = ["bank", "ring", "moving"];

/** Settings of a {@linkcode RunningMean}. */
export interface RunningMeanOptions {
  /** How it is taken. */
  readonly average: RunningMean;
  /** Batches that it is taken over, unless it is moving. */
  readonly batches: number;
  /** Share of the old average that a step keeps, if it is moving. */
  readonly momentum: number;
}

/** State of a {@linkcode RunningMean}. */
export function runningState(
  { average, batches }: RunningMeanOptions,
  classes: number,
): Record<"bank" | "held", StateSpec> {
  const rows = average === "moving" ? 1 : batches;
  return {
    bank: { shape: [rows, classes] },
    held: { shape: [1], init: average === "ring" ? batches : 0 },
  };
}

/** Takes a batch's predictions [batch, classes] into a running mean. */
export function moveMean(
  { bank, held }: AlignmentBank,
  probs: Tensor,
  { average, momentum }: RunningMeanOptions,
): AlignmentBank {
  const last = pushMean({ bank, held }, probs);
  return average === "moving" ? { ...last, bank: movingMean(bank, probs, momentum) } : last;
}

/** Mean prediction over the batches in a bank [classes]. */
export function bankMean({ bank, held }: AlignmentBank): Tensor {
  return div(sum(bank, 0), held);
}

/**
 * Running mean prediction after a batch, m p̄ + (1 − m) times the mean of `probs`; the batch's own where
 * there was none before, as in USB's code.
 *
 * @param average The mean before it, zeros at the start [classes], or a bank of it alone [1, classes].
 * @param probs [batch, classes].
 */
export function movingMean(average: Tensor, probs: Tensor, momentum: number): Tensor {
  const begun = above(sum(average), 0);
  return lerp(mean(probs, 0), average, mul(begun, momentum));
}

/**
 * Distribution alignment: p_k (π_k + ε) / (p̄_k + ε), each row scaled to sum 1 (Berthelot et al.,
 * "ReMixMatch", ICLR 2020, section 3.2.1, with the ε = 1e-6 of DASO's and USB's code).
 *
 * @param probs [batch, classes].
 * @param target Wanted class distribution π [classes].
 * @param average Mean prediction p̄ [classes].
 */
export function alignDistribution(
  probs: Tensor,
  { target, average }: { readonly target: Tensor; readonly average: Tensor },
): Tensor {
  const aligned = mul(probs, div(add(target, 1e-6), add(average, 1e-6)));
  return div(aligned, sum(aligned, 1, { keepAxes: true }));
}

/**
 * Predictions [batch, classes] aligned to the uniform distribution by the mean in a bank. CoMatch and
 * SimMatch count its empty slots, as USB's code does: `held` is then the number of slots from the start.
 */
export function alignUniform(bank: AlignmentBank, probs: Tensor): Tensor {
  const average = bankMean(bank);
  const target = add(mul(average, 0), 1 / average.size);
  return alignDistribution(probs, { target, average });
}

/** State that {@linkcode alignUniform} works with. */
export function uniformState(batches: number, classes: number): ReturnType<typeof runningState> {
  return runningState({ average: "ring", batches, momentum: 0 }, classes);
}

/** Class frequencies to a power and scaled to sum 1: flatter below 1, sharper above. */
export function temperedPrior(counts: readonly number[], exponent: number): number[] {
  const powers = counts.map((n) => n ** exponent);
  const total = powers.reduce((a, b) => a + b, 0);
  return powers.map((p) => p / total);
}
