import { BadInput } from "../../core/bad_input.ts";

/** Which of a run's networks `--network` means; undefined where it is not given. */
export function networkFlag(given: string | undefined): "ema" | "raw" | undefined {
  if (given === undefined || given === "ema" || given === "raw") return given;
  throw new BadInput(`--network is '${given}': give ema or raw`);
}
