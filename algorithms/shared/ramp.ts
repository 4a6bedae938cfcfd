import { type OptionDocs, type Progress, rampUp } from "../../core/mod.ts";
import { negative, noneOf } from "./option_checks.ts";

/** How the weight of an unlabeled loss rises at the start of a run. */
export interface RampOptions {
  /** How the weight rises. */
  ramp: "linear" | "exponential";
  /** Share of the run after which the weight is full. */
  rampShare: number;
}

/** What the options of a ramp are. */
export const RAMP_DOCS: OptionDocs<RampOptions> = {
  ramp: "How the weight rises.",
  rampShare: "Share of the run after which the weight is full.",
};

/** Weight of the unlabeled loss in a step, from 0 to 1. */
export function rampWeight({ ramp, rampShare }: RampOptions, { step, steps }: Progress): number {
  return rampUp({ length: rampShare * steps, shape: ramp })(step);
}

/** What is wrong with the options of a ramp, or null. */
export function checkRamp({ ramp, rampShare }: RampOptions): string | null {
  return noneOf("ramp", ramp, ["linear", "exponential"]) ?? negative({ rampShare });
}
