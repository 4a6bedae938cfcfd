import { BadInput } from "../../core/bad_input.ts";
import type { Evaluation } from "../../core/training/evaluate.ts";
import type { NetworkName } from "../../core/training/plugin/needs.ts";

/** What flags and files call a run's networks: `ema` the average, `raw` the student. */
export type NetworkWord = "ema" | "raw";

/** An evaluation as files and the command line give it. */
export type ReportedEvaluation = Omit<Evaluation, "network"> & {
  readonly network: NetworkWord;
  /** Names of the classes in the order of all lists of classes. */
  readonly classNames: readonly string[];
};

/** The word for a network. */
export function networkWord(network: NetworkName): NetworkWord {
  return network === "average" ? "ema" : "raw";
}

/** The network of a word. */
export function networkOf(word: NetworkWord): NetworkName {
  return word === "ema" ? "average" : "student";
}

/** Puts the word for the network and the names of the classes into an evaluation. */
export function reportEvaluation(
  { network, ...scores }: Evaluation,
  classNames: readonly string[],
): ReportedEvaluation {
  return { network: networkWord(network), ...scores, classNames };
}

/**
 * Which of a run's networks `--network` means; undefined where it is not given.
 *
 * @throws {BadInput} If it is another word.
 */
export function networkFlag(given: string | undefined): NetworkName | undefined {
  if (given === undefined) return undefined;
  if (given === "ema" || given === "raw") return networkOf(given);
  throw new BadInput(`--network is '${given}': give ema or raw`);
}
