import { Command, Option } from "commander";
import { optionDoc } from "../config/options.ts";
import { ADAPTER_CHOICES } from "../../core/autograd/adapter.ts";
import { addDataCommand } from "./data/data_command.ts";
import { VERSION } from "./environment_deno.ts";
import { EXIT, reportError } from "./exit_codes_deno.ts";
import { endWithTaskRunner } from "../run/interrupt_deno.ts";

const set = new Option("--set <key=value...>", "set one option, see `options`; repeat for more")
  .argParser(
    (value: string, before: string[] = []) => [...before, value],
  );
const best = new Option(
  "--best",
  "the network that recognised the validation images best (keepBest=validation)",
);
const plugin = new Option(
  "--plugin <file|specifier...>",
  "load methods, networks, data sets, … from outside",
).argParser(
  (value: string, before: string[] = []) => [...before, value],
);

const adapters = `${optionDoc("adapter")} One of ${ADAPTER_CHOICES.join(", ")}.`;

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
    // The tasks of deno.json say so.
    .addOption(new Option("--of-task").hideHelp())
    .on("option:of-task", endWithTaskRunner)
    .exitOverride()
    .configureOutput({ outputError: () => {} }); // said once, below

  program.command("train")
    .description("train a classifier; without arguments on generated images")
    .option("--config <file>", "options from a YAML file, e.g. a run's config.yaml")
    .option("--algorithm <name>", `${optionDoc("algorithm")} See \`list\`.`)
    .option("--recipe <name>", `${optionDoc("recipe")} See \`list\`.`)
    .option("--experiment <id>", `${optionDoc("experiment")} See \`list experiments\`.`)
    .option("--from <dir>", optionDoc("from"))
    .option("--dataset <name>", `${optionDoc("dataset")} See \`list\`.`)
    .option("--data-dir <dir>", optionDoc("dataDir"))
    .option("--model <name>", `${optionDoc("model")} See \`list\`.`)
    .option("--protocol <name>", `${optionDoc("split.protocol")} See \`list\`.`)
    .option("--test-share <s>", optionDoc("split.testShare"))
    .option("--steps <n>", optionDoc("steps"))
    .option("--seed <n>", optionDoc("seed"))
    .option("--out <dir>", "folder of the run; a new one under runs/ by default")
    .option("--adapter <name>", adapters)
    .option("--resume <dir>", "continue a run where it stopped; with --steps, up to N steps in all")
    .option(
      "--until <n>",
      "stop after so many steps of the run, to be resumed; schedules do not see it",
    )
    .option("--tensorboard", "write curves for TensorBoard too, into the run's folder")
    .option("--quiet", "show no progress")
    .addOption(set).addOption(plugin)
    .action(act(async () => (await import("./train_command_deno.ts")).trainCommand));

  program.command("evaluate")
    .description("evaluate a run's checkpoint again")
    .argument("[dir]", "folder of the run")
    .option("--network <name>", "ema or raw; by default what the method evaluates")
    .option("--head <name>", "head to evaluate; by default the method's")
    .option("--norm <what>", "batch norm by running statistics (default) or those of the batch")
    .option("--on <images>", "test (default) or validation")
    .option(
      "--prior <name|file>",
      "adjust to a test prior: uniform, labeled, unlabeled, test, or a file",
    )
    .option("--shift <family>", "score on test sets of other class shares: cossl or balpoe")
    .option("--predictions <file>", "write a CSV of all predictions")
    .addOption(best)
    .option("--data-dir <dir>", "where the data are now, if they were moved")
    .option(
      "--weights <file>",
      "weights without a run, with --model, --dataset, … as `train` has them",
    )
    .option("--config <file>", "with --weights: options from a YAML file")
    .option("--algorithm <name>", "with --weights: whose evaluation; supervised by default")
    .option("--dataset <name>", "test images of another data set with the same classes")
    .option("--model <name>", optionDoc("model"))
    .option("--protocol <name>", optionDoc("split.protocol"))
    .option("--json", "print one JSON object")
    .option("--quiet", "show no progress")
    .addOption(set).addOption(plugin)
    .action(act(async () => (await import("./trained/evaluate_command_deno.ts")).evaluateCommand));

  program.command("estimate")
    .description("count the classes of a run's unlabeled images from what its network confuses")
    .argument("<dir>", "folder of the run, with images held out or set aside for validation")
    .option("--network <name>", "ema or raw, as by default")
    .option("--json", "print one JSON object")
    .option("--quiet", "say only what is wrong")
    .addOption(plugin)
    .action(act(async () => (await import("./trained/estimate_command_deno.ts")).estimateCommand));

  program.command("predict")
    .description("label images with a run's network")
    .argument("<dir>", "folder of the run")
    .argument("[images...]", "files, folders, or .csv lists with a column path")
    .requiredOption("--out <file>", "what to write: .csv or .jsonl")
    .option("--on <set>", "unlabeled or test: images of the run in place of others")
    .option("--network <name>", "ema or raw; by default what the method evaluates")
    .addOption(best)
    .option("--sheet <file.png>", "draw the images that it is least and most certain of")
    .option("--skip-corrupt", "leave out images that cannot be read, and list them")
    .option("--quiet", "say only what is wrong")
    .addOption(plugin)
    .action(act(async () => (await import("./trained/predict_command_deno.ts")).predictCommand));

  program.command("export")
    .description("write a run's network: weights as PyTorch names them, or all of it as ONNX")
    .argument("<dir>", "folder of the run")
    .requiredOption("--out <file>", "what to write: .safetensors or .onnx")
    .option("--network <name>", "ema or raw; by default what the method evaluates")
    .addOption(best)
    .option("--quiet", "say only what is wrong")
    .addOption(plugin)
    .action(act(async () => (await import("./trained/export_command_deno.ts")).exportCommand));

  program.command("sweep")
    .description("train all runs of a plan, and make a table of them")
    .argument("[plan]", "YAML file: base, grid, seeds; see docs/guides/sweeps.md")
    .option("--out <dir>", "folder of the sweep, a new one")
    .option("--engine <name>", "local (default) or slurm")
    .option("--workers <n>", "runs at once; 1 by default, on Slurm as many as it gives")
    .option("--dry-run", "list the runs and estimate the time, write nothing")
    .option("--resume <dir>", "go on with a sweep")
    .option("--data-dir <dir>", "folder of the data set's files, or its parent")
    .option("--quiet", "show no progress")
    .addOption(set).addOption(plugin)
    .addOption(new Option("--task <id>", "what a worker is called with").hideHelp())
    .addOption(new Option("--until <n>").hideHelp())
    .addOption(new Option("--attached").hideHelp())
    .action(act(async () => (await import("./sweep/sweep_command_deno.ts")).sweepCommand));

  program.command("report")
    .description("put runs side by side: as a page with curves and scores, or as a table")
    .argument("<dir...>", "folders of runs or of sweeps")
    .option("--out <file>", "write the page: HTML that needs nothing else")
    .option("--images", "show the hardest test images; needs data and checkpoints")
    .option("--quiet", "show no progress")
    .option(
      "--table <form>",
      "print mean and standard deviation over seeds: markdown, csv or latex",
    )
    .option("--metrics <names>", "with --table: scores by comma, e.g. top1,balanced,few,ece")
    .addOption(plugin)
    .action(act(async () => (await import("./report/report_command_deno.ts")).reportCommand));

  program.command("compare")
    .description("put scores of runs side by side, and the settings in which they differ")
    .argument("<run...>", "folders of runs or of sweeps, two runs or more in all")
    .option("--json", "print one JSON object")
    .option("--quiet", "only the table")
    .action(act(async () => (await import("./report/compare_command_deno.ts")).compareCommand));

  program.command("list")
    .description("names of all there is; options of a run; rows of published tables")
    .argument(
      "[what]",
      "`options` lists what a run takes, with --json as a schema for editors; `experiments` rows of published tables",
    )
    .argument("[pattern]", "experiments: a part of their IDs, or a glob such as 'daso-t1-*'")
    .option("--json", "print one JSON object")
    .addOption(plugin)
    .action(act(async () => (await import("./list_command_deno.ts")).listCommand));

  program.command("options")
    .description("what can be set: each option with its default and what it is")
    .argument("[what]", "a method or stack (daso, fixmatch+daso), a section (batch), or one option")
    .option("--json", "print one JSON object")
    .addOption(plugin)
    .action(act(async () => (await import("./options_command_deno.ts")).optionsCommand));

  const plugins = program.command("plugin").description("write and check your own methods");
  plugins.command("new")
    .description("write a small method with its test")
    .argument("<name>", "lower case, with hyphens, e.g. my-method")
    .option("--out <dir>", "folder to write to; a new one of the method's name by default")
    .action(act(async () => (await import("./plugin_command_deno.ts")).newPluginCommand));
  plugins.command("check")
    .description("try a method on every base it can stand on")
    .argument("<specifier>", "a file, or npm:… or jsr:…")
    .option("--adapter <name>", adapters)
    .option("--quiet", "say only what is wrong")
    .action(act(async () => (await import("./plugin_command_deno.ts")).checkPluginCommand));

  program.command("doctor")
    .description("what this machine offers: Deno, adapter, limits, memory")
    .option("--json", "print one JSON object")
    .option("--adapter <name>", adapters)
    .action(act(async () => (await import("./doctor_command_deno.ts")).doctorCommand));

  program.command("completions")
    .description("print a script by which a shell completes commands, flags, names and options")
    .argument("<shell>", "bash, zsh or fish")
    .action(act(async () => {
      const { completionsCommand } = await import("./completions/completions_command_deno.ts");
      return (shell: string) => completionsCommand(shell, program);
    }));

  addDataCommand(program, { act, more: [set, plugin] });

  for (const command of program.commands) {
    command.exitOverride().configureOutput({ outputError: () => {} });
  }
  try {
    await program.parseAsync(args, { from: "user" });
    return code;
  } catch (error) {
    return reportError(error);
  }
}
