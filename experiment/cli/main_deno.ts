import { Command, CommanderError, Option } from "commander";
import { NoAdapterError } from "../../core/autograd/adapter.ts";
import { BadInput } from "../../core/bad_input.ts";
import { addDataCommand } from "./data/data_command.ts";
import { VERSION } from "./environment_deno.ts";
import { EXIT } from "./exit_codes.ts";

const set = new Option("--set <key=value...>", "set one option; repeat for more").argParser(
  (value: string, before: string[] = []) => [...before, value],
);
const plugin = new Option("--plugin <file|specifier...>", "load a method from outside").argParser(
  (value: string, before: string[] = []) => [...before, value],
);

/**
 * Runs one command.
 *
 * @param args What stands after the program's name.
 * @returns The exit code.
 */
export async function run(args: readonly string[]): Promise<number> {
  let code: number = EXIT.done;
  const act = (load: () => Promise<(...args: never[]) => Promise<number | void>>) =>
  async (
    ...given: unknown[]
  ) => {
    // The last argument is the command itself.
    code = await (await load())(...given.slice(0, -1) as never[]) ?? EXIT.done;
  };
  const program = new Command("longtail")
    .description("Long-tailed semi-supervised image classification on WebGPU")
    .version(VERSION)
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // said once, below

  program.command("train")
    .description("train a classifier; without arguments on generated images")
    .option("--config <file>", "options from a YAML file, e.g. the config.yaml of a run")
    .option("--algorithm <name>", "a base and add-ons, e.g. fixmatch or fixmatch+daso")
    .option("--dataset <name>", "see `list`")
    .option("--data-dir <dir>", "folder of the data set's files, or its parent")
    .option("--model <name>", "small-cnn, wrn-D-K, resnet-18, -34 or -50")
    .option("--protocol <name>", "how the images are dealt out; see `list`")
    .option("--steps <n>", "training steps, the horizon of all schedules")
    .option("--seed <n>", "same seed and adapter, same result")
    .option("--out <dir>", "folder of the run; a new one under runs/ by default")
    .option("--adapter <name>", "high-performance, low-power or fallback")
    .option("--resume <dir>", "continue a run where it stopped")
    .option("--quiet", "show no progress")
    .addOption(set).addOption(plugin)
    .action(act(async () => (await import("./train_command_deno.ts")).trainCommand));

  program.command("evaluate")
    .description("evaluate a run's checkpoint again")
    .argument("<dir>", "folder of the run")
    .option("--network <name>", "ema or raw; by default what the method evaluates")
    .option("--head <name>", "head to evaluate; by default the method's")
    .option("--json", "print one JSON object")
    .option("--quiet", "show no progress")
    .action(act(async () => (await import("./evaluate_command_deno.ts")).evaluateCommand));

  program.command("export")
    .description("write a run's weights as PyTorch names them")
    .argument("<dir>", "folder of the run")
    .requiredOption("--out <file>", "safetensors file to write")
    .option("--network <name>", "ema or raw; by default what the method evaluates")
    .option("--quiet", "say only what is wrong")
    .action(act(async () => (await import("./export_command_deno.ts")).exportCommand));

  program.command("list")
    .description("algorithms, data sets, models, protocols")
    .option("--json", "print one JSON object")
    .addOption(plugin)
    .action(act(async () => (await import("./list_command_deno.ts")).listCommand));

  const plugins = program.command("plugin").description("write and check methods of one's own");
  plugins.command("new")
    .description("write a small method with its test")
    .argument("<name>", "lower case, with hyphens, e.g. my-method")
    .option("--out <dir>", "folder to write to; a new one of the method's name by default")
    .action(act(async () => (await import("./plugin_command_deno.ts")).newPluginCommand));
  plugins.command("check")
    .description("try a method on every base it can stand on")
    .argument("<specifier>", "a file, or npm:… or jsr:…")
    .option("--adapter <name>", "high-performance, low-power or fallback")
    .option("--quiet", "say only what is wrong")
    .action(act(async () => (await import("./plugin_command_deno.ts")).checkPluginCommand));

  program.command("doctor")
    .description("what this machine offers: Deno, adapter, limits, memory")
    .option("--json", "print one JSON object")
    .option("--adapter <name>", "high-performance, low-power or fallback")
    .action(act(async () => (await import("./doctor_command_deno.ts")).doctorCommand));

  addDataCommand(program, { act, set });

  for (const command of program.commands) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return report(error);
  }
}

/** Says what went wrong in one sentence where it is the user's to mend, in full where it is ours. */
function report(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done; // --help, --version
    if (error.code !== "commander.help") console.error(error.message);
    return EXIT.badInput;
  }
  if (error instanceof BadInput) {
    console.error(`error: ${error.message}`);
    return EXIT.badInput;
  }
  if (error instanceof NoAdapterError) {
    console.error(`error: ${error.message}`);
    return EXIT.noAdapter;
  }
  console.error(error instanceof Error ? error.stack ?? error.message : error);
  return EXIT.failed;
}
