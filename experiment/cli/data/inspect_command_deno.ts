import { formatInspection, formatSplitTable, inspect } from "../../../datasets/show/inspection.ts";
import { fontNote } from "../../../datasets/show/paper_deno.ts";
import { writeSheet } from "../../../datasets/show/contact_sheet_deno.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { openRunDataset } from "../../run/run_data_deno.ts";
import { splitRun } from "../../run/split_run.ts";
import { userPath } from "../user_path_deno.ts";
import { dataLayers, type RunDataFlags } from "./data_layers_deno.ts";

/** Flags of `data inspect`. */
export interface InspectFlags extends RunDataFlags {
  readonly sheet?: string;
  readonly json?: boolean;
}

/** `data inspect NAME`: counts each class, of the whole set or of a split. */
export async function inspectCommand(name: string, flags: InspectFlags): Promise<void> {
  const { protocol, seed, set, sheet, json = false } = flags;
  const { config } = resolveConfig(dataLayers(name, flags));
  const dataset = await openRunDataset(config);
  const dealt = protocol !== undefined || seed !== undefined || set !== undefined
    ? splitRun(config, dataset)
    : undefined;
  const split = dealt?.split;
  if (dealt?.note && !flags.quiet) console.error(dealt.note);
  if (sheet !== undefined) {
    const shown = await writeSheet(userPath(sheet), dataset, split?.labeled);
    const note = await fontNote();
    if (note !== null && !flags.quiet) console.error(note);
    const { length } = dataset.classNames;
    if (shown < length && !flags.quiet) {
      console.error(`The sheet shows ${shown} of ${length} classes`);
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
