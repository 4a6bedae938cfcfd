import { BadInput } from "../core/bad_input.ts";
import { Command, CommanderError } from "commander";

/** What the user asked the bench for. */
export interface Arguments {
  readonly patterns: readonly string[];
  readonly contenders: readonly string[];
  readonly quick: boolean;
  readonly quiet: boolean;
  /** Where to write the report as JSON. */
  readonly json?: string;
  /** Whether to update `RESULTS.md`. */
  readonly write: boolean;
}

/**
 * Reads the command line.
 *
 * @returns the arguments, or the help text if that was asked for.
 * @throws {BadInput} in one sentence.
 */
export function parseArguments(
  args: readonly string[],
  contenderNames: readonly string[],
): Arguments | string {
  const command = new Command("bench")
    .description("Kernels and whole training steps of longtail and its peers, side by side.")
    .argument("[pattern...]", "names of cases, such as 'conv2d-*'; all by default")
    .option("--quick", "fewer shapes, smaller batches: some minutes instead of many", false)
    .option("--contenders <names>", "some contenders only, by comma", contenderNames.join(","))
    .option("--json <file>", "write the report to a file")
    .option("--write", "update these cases in bench/RESULTS.md", false)
    .option("--quiet", "no progress", false);
  const help = parseCommand(command, args);
  if (help !== undefined) return help;
  const { contenders, ...options } = command.opts<
    Omit<Arguments, "patterns" | "contenders"> & { contenders: string }
  >();
  const names = contenders.split(",");
  const unknown = names.find((name) => !contenderNames.includes(name));
  if (unknown !== undefined) {
    throw new BadInput(
      `bench: there is no contender "${unknown}"; choose from ${contenderNames.join(", ")}`,
    );
  }
  if (options.write && (options.quick || names.length < contenderNames.length)) {
    throw new BadInput(
      "bench: --write is for full sizes and all contenders; leave --quick and --contenders out",
    );
  }
  return { ...options, contenders: names, patterns: command.args };
}

/**
 * Lets a command read its command line.
 *
 * @returns the help text if that was asked for.
 * @throws {BadInput} in one sentence.
 */
export function parseCommand(command: Command, args: readonly string[]): string | undefined {
  let help = "";
  command.exitOverride()
    .configureOutput({ writeOut: (text) => help += text, writeErr: () => {} });
  try {
    command.parse([...args], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return help;
    const name = command.name();
    const message = error.message.replace(/^error: /, "").replaceAll(/\s+/g, " ");
    throw new BadInput(`${name}: ${message}; see ${name} --help`);
  }
  return undefined;
}
