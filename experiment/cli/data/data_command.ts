import type { Command, Option } from "commander";
import { optionDoc } from "../../config/options.ts";

/** Makes an action of a function that is loaded when it is called for. */
export type Act = (
  load: () => Promise<(...args: never[]) => Promise<number | void>>,
) => (...given: unknown[]) => Promise<void>;

/** What {@linkcode addDataCommand} needs of the command line it is added to. */
export interface DataCommandOptions {
  readonly act: Act;
  /** `--set` and `--plugin`. */
  readonly more: readonly Option[];
}

/** Adds the verb `data`: prepare, inspect, split, augment. */
export function addDataCommand(program: Command, { act, more }: DataCommandOptions): void {
  const data = program.command("data")
    .description("prepare data sets and look at them, their splits and augmented views");
  const verb = (name: string, description: string) =>
    data.command(name).description(description)
      .argument("<name>", "data set; see `list`")
      .option("--data-dir <dir>", optionDoc("dataDir"))
      .option("--quiet", "show no progress");
  /** A verb that looks at a data set as a run would. */
  const look = (name: string, description: string) => {
    const command = verb(name, description)
      .option("--size <n>", "size it was prepared at, if there are several")
      .option("--seed <n>", optionDoc("seed"));
    for (const option of more) command.addOption(option);
    return command;
  };

  /** A verb that deals the images out, by whatever `train` goes by. */
  const deal = (name: string, description: string) =>
    look(name, description)
      .option("--config <file>", "options from a YAML file, e.g. a run's config.yaml")
      .option("--algorithm <name>", "deal out by the recipe of this stack, as `train` would")
      .option("--recipe <name>", `${optionDoc("recipe")} See \`list\`.`)
      .option("--experiment <id>", `${optionDoc("experiment")} See \`list experiments\`.`)
      .option("--protocol <name>", optionDoc("split.protocol"))
      .option("--test-share <s>", optionDoc("split.testShare"));

  verb("prepare", "download, unpack, decode, resize and pack a data set; goes on if interrupted")
    .option("--size <n>", "height and width of the images; the set's usual one by default")
    .option("--skip-corrupt", "leave out images that cannot be read, and list them")
    .option("--unlabeled <which>", "semi-aves: in, or all to have other classes too")
    .option("--workers <n>", "images decoded side by side; one per processor by default")
    .action(act(async () => (await import("./prepare_command_deno.ts")).prepareCommand));

  deal("inspect", "count each class; with an algorithm or split options, also of the split")
    .option("--sheet <file.png>", "draw samples of each class, the largest class first")
    .option("--json", "print one JSON object")
    .action(act(async () => (await import("./inspect_command_deno.ts")).inspectCommand));

  deal("split", "deal a data set out as `train` would, and write which image is where")
    .requiredOption("--out <file>", "where split.json goes")
    .action(act(async () => (await import("./inspect_command_deno.ts")).splitCommand));

  look("augment", "draw originals beside their weak and strong views")
    .requiredOption("--out <file.png>", "where the contact sheet goes")
    .option("--augment <name>", optionDoc("augment"))
    .action(act(async () => (await import("./augment_command_deno.ts")).augmentCommand));
}
