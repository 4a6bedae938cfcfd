import { rankedClassNames } from "../../../datasets/split/split.ts";
import { formatSplit } from "../../../datasets/split/split_json.ts";
import { fontNote } from "../../../datasets/show/paper_deno.ts";
import { writeSheet } from "../../../datasets/show/contact_sheet_deno.ts";
import { formatInspection, formatSplitTable, inspect } from "../../../datasets/show/inspection.ts";
import { openRunDataset } from "../../run/prepare_run_deno.ts";
import { splitRun } from "../../run/split_run.ts";
import { type OptionFlags, resolveFlags } from "../option_layers_deno.ts";
import { userPath, writeUserFile } from "../user_files_deno.ts";
import { tell } from "../../run/progress_deno.ts";

/** Flags of `data inspect`. */
export interface InspectFlags extends OptionFlags {
  readonly sheet?: string;
  readonly json?: boolean;
}

/** Flags of which a split follows, not the data set alone. */
const DEALING = [
  ...["protocol", "testShare", "seed", "set"] as const,
  ...["config", "algorithm", "recipe", "experiment"] as const,
] as const;

/** `data inspect NAME`: counts each class, of the whole set or of a split. */
export async function inspectCommand(name: string, flags: InspectFlags): Promise<void> {
  const { sheet, json = false } = flags;
  const resolved = await resolveFlags({ ...flags, dataset: name });
  const dataset = await openRunDataset(resolved);
  const dealt = DEALING.some((flag) => flags[flag] !== undefined)
    ? splitRun(resolved, dataset)
    : undefined;
  const split = dealt?.split;
  if (dealt?.note && !flags.quiet) tell(dealt.note);
  if (sheet !== undefined) {
    const note = await fontNote();
    if (note !== null && !flags.quiet) tell(note);
    const shown = await writeSheet(userPath(sheet), dataset, split?.labeled);
    const { length } = dataset.classNames;
    if (shown < length && !flags.quiet) {
      tell(`The sheet shows ${shown} of ${length} classes`);
    }
  }
  const found = inspect(dataset);
  if (json) {
    const { protocol, seed, counts, relabel } = split ?? {};
    console.log(
      JSON.stringify(split ? { ...found, split: { protocol, seed, counts, relabel } } : found),
    );
    return;
  }
  console.log(formatInspection(found));
  if (split) console.log(`\n${formatSplitTable(split, dataset.classNames)}`);
  if (sheet !== undefined) console.log(userPath(sheet));
}

/** Flags of `data split`. */
export interface SplitFlags extends OptionFlags {
  readonly out: string;
}

/** `data split NAME`: deals a data set out as `train` would, and writes which image is where. */
export async function splitCommand(name: string, flags: SplitFlags): Promise<void> {
  const resolved = await resolveFlags({ ...flags, dataset: name });
  const dataset = await openRunDataset(resolved);
  const { split, note } = splitRun(resolved, dataset);
  if (note !== null && !flags.quiet) tell(note);
  const path = userPath(flags.out);
  await writeUserFile(path, `${formatSplit(split, rankedClassNames(dataset.classNames, split))}\n`);
  console.log(formatSplitTable(split, dataset.classNames));
  console.log(path);
}
