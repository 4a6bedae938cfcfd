import { BadInput } from "../../core/bad_input.ts";
import type { Evaluation } from "../../core/training/evaluate.ts";
import type { NetworkName } from "../../core/training/plugin/needs.ts";

/** What flags and files call a run's networks: `ema` the average, `raw` the student. */
export type NetworkWord = "ema" | "raw";

/** An evaluation as files and the command line give it. */
export type ReportedEvaluation = Omit<Evaluation, "network"> & { readonly network: NetworkWord };

/** The word for a network. */
export function networkWord(network: NetworkName): NetworkWord {
  return network === "average" ? "ema" : "raw";
}

/** Puts the word for the network into an evaluation. */
export function reportEvaluation({ network, ...scores }: Evaluation): ReportedEvaluation {
  return { network: networkWord(network), ...scores };
}

/**
 * Which of a run's networks `--network` means; undefined where it is not given.
 *
 * @throws {BadInput} If it is another word.
 */
export function networkFlag(given: string | undefined): NetworkName | undefined {
  if (given === undefined) return undefined;
  if (given === "ema") return "average";
  if (given === "raw") return "student";
  throw new BadInput(`--network is '${given}': give ema or raw`);
}
