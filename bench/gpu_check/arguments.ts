import { Command } from "commander";
import { parseCommand } from "../arguments.ts";

/** What the user asked the check for. */
export interface CheckArguments {
  /** Folder of the report. */
  readonly out: string;
  readonly quick: boolean;
  readonly quiet: boolean;
}

/**
 * Reads the command line.
 *
 * @returns the arguments, or the help text if that was asked for.
 * @throws {BadInput} in one sentence.
 */
export function parseCheckArguments(args: readonly string[]): CheckArguments | string {
  const command = new Command("gpu-check")
    .description(
      "What a GPU makes of longtail, in ten minutes at most: right values, kernels\n" +
        "against peers, whole steps, streaming. Writes gpu-check.json and gpu-check.md.",
    )
    .requiredOption("--out <dir>", "folder of the two files; made if it is not there")
    .option("--quick", "tiny networks, few golden groups: a rehearsal in about a minute", false)
    .option("--quiet", "no progress", false)
    .allowExcessArguments(false);
  return parseCommand(command, args) ?? command.opts<CheckArguments>();
}
