import type { Command, Option } from "commander";

/** Makes an action of a function that is loaded when it is called for. */
export type Act = (
  load: () => Promise<(...args: never[]) => Promise<number | void>>,
) => (...given: unknown[]) => Promise<void>;

/** What {@linkcode addDataCommand} needs of the command line it is added to. */
export interface DataCommandOptions {
  readonly act: Act;
  /** `--set`. */
  readonly set: Option;
}

/** Adds the verb `data`: prepare, inspect, split, augment. */
export function addDataCommand(program: Command, { act, set }: DataCommandOptions): void {
  const data = program.command("data")
    .description("prepare data sets and look at them, their splits and augmented views");
  const verb = (name: string, description: string) =>
    data.command(name).description(description)
      .argument("<name>", "data set; see `list`")
      .option("--data-dir <dir>", "folder of the data set's files, or its parent")
      .option("--quiet", "show no progress");

  verb("prepare", "download, unpack, decode, resize and pack a data set; goes on if interrupted")
    .option("--size <n>", "height and width of the images; the set's usual one by default")
    .option("--skip-corrupt", "leave out images that cannot be read, and list them")
    .option("--unlabeled <which>", "semi-aves: in, or all to have other classes too")
    .option("--workers <n>", "images decoded side by side; one a processor by default")
    .action(act(async () => (await import("./prepare_command_deno.ts")).prepareCommand));

  verb("inspect", "count each class; with split options, also of the split")
    .option("--size <n>", "size it was prepared at, if there are several")
    .option("--sheet <file.png>", "draw samples of each class, the largest class first")
    .option("--protocol <name>", "how the images are dealt out; see `list`")
    .option("--seed <n>", "seed of the split")
    .option("--json", "print one JSON object")
    .addOption(set)
    .action(act(async () => (await import("./inspect_command_deno.ts")).inspectCommand));

  verb("split", "deal a data set out as `train` would, and write which image is where")
    .requiredOption("--out <file>", "where split.json goes")
    .option("--protocol <name>", "how the images are dealt out; see `list`")
    .option("--seed <n>", "same seed, same split")
    .option("--size <n>", "size it was prepared at, if there are several")
    .addOption(set)
    .action(act(async () => (await import("./split_command_deno.ts")).splitCommand));

  verb("augment", "draw originals beside their weak and strong views")
    .requiredOption("--out <file.png>", "where the contact sheet goes")
    .option("--augment <name>", "whose views; see `list`")
    .option("--seed <n>", "other views of the same images")
    .option("--size <n>", "size it was prepared at, if there are several")
    .addOption(set)
    .action(act(async () => (await import("./augment_command_deno.ts")).augmentCommand));
}
