import { cosineDecay } from "../../../core/nn/schedules/cosine_decay.ts";
import { multiStepDecay } from "../../../core/nn/schedules/multi_step_decay.ts";
import { constantSchedule, type Schedule } from "../../../core/nn/schedules/schedule.ts";
import { constantWarmup, linearWarmup } from "../../../core/nn/schedules/warmup.ts";

/** How the rate falls. */
export type DasoDecay =
  | { readonly kind: "constant" }
  | {
    readonly kind: "cosine";
    /** Length of the run, or of a CReST generation, whose steps count from 0 again. */
    readonly steps: number;
    /** End of the cosine in sixteenths of π, 7 by default; not clamped at 0. */
    readonly sixteenths?: number;
  }
  | {
    readonly kind: "multi-step";
    readonly milestones: readonly number[];
    readonly factor: number;
  };

/** Settings of {@linkcode dasoLearningRate}. */
export interface DasoLearningRateOptions {
  /** Rate between warm-up and decay. */
  readonly base: number;
  /** How the rate falls. */
  readonly decay: DasoDecay;
  /** Warm-up by a factor; none by default. */
  readonly warmup?: {
    readonly steps: number;
    /** Factor at step 0, 0 by default. */
    readonly from?: number;
    /** `linear` by default; `constant` keeps the factor until the warm-up is over. */
    readonly shape?: "linear" | "constant";
  };
}

/**
 * Learning rate of DASO and SEVAL: a decay, multiplied by the warm-up factor.
 *
 * Unlike in USB and SimPro the decay starts at step 0, under the warm-up. As published: constant
 * 0.03 for semi-supervised methods; for the supervised one, warm-up over 6250 steps and drops by
 * 0.01 at 199999 and 225000.
 *
 * @throws {RangeError} If a constant rate is given a warm-up: the original never steps its
 * scheduler then, and stays at base · from for the whole run.
 */
export function dasoLearningRate(
  { base, decay, warmup = { steps: 0 } }: DasoLearningRateOptions,
): Schedule {
  if (decay.kind === "constant" && warmup.steps > 0) {
    throw new RangeError(
      `A constant learning rate has no warm-up, given are ${warmup.steps} steps of it: choose a decay or leave the warm-up out`,
    );
  }
  const schedule = decaying(base, decay);
  return warmup.shape === "constant"
    ? constantWarmup(schedule, warmup)
    : linearWarmup(schedule, warmup);
}

function decaying(base: number, decay: DasoDecay): Schedule {
  switch (decay.kind) {
    case "constant":
      return constantSchedule(base);
    case "cosine":
      return cosineDecay({ base, ...decay, clamped: false });
    case "multi-step":
      return multiStepDecay({ base, ...decay });
  }
}
