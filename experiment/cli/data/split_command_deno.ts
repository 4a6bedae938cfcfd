import { formatSplit } from "../../../datasets/split/split_json.ts";
import { formatSplitTable } from "../../../datasets/show/inspection.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { openRunDataset } from "../../run/run_data_deno.ts";
import { splitRun } from "../../run/split_run.ts";
import { userPath } from "../user_path_deno.ts";
import { writeResult } from "../write_result_deno.ts";
import { dataLayers, type RunDataFlags } from "./data_layers_deno.ts";

/** Flags of `data split`. */
export interface SplitFlags extends RunDataFlags {
  readonly out: string;
}

/** `data split NAME`: deals a data set out as `train` would, and writes who is where. */
export async function splitCommand(name: string, flags: SplitFlags): Promise<void> {
  const { config } = resolveConfig(dataLayers(name, flags));
  const dataset = await openRunDataset(config);
  const { split, note } = splitRun(config, dataset);
  if (note !== null && !flags.quiet) console.error(note);
  const path = userPath(flags.out);
  await writeResult(path, `${formatSplit(split)}\n`);
  console.log(formatSplitTable(split, dataset.classNames));
  console.log(path);
}
