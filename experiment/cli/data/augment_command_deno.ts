import { fontNote } from "../../../datasets/show/paper_deno.ts";
import { writeViewSheet } from "../../../datasets/show/view_sheet_deno.ts";
import { datasetViews } from "../../../datasets/views/published/published_views.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { openRunDataset } from "../../run/run_data_deno.ts";
import { openAdapter } from "../open_adapter_deno.ts";
import { userPath } from "../user_path_deno.ts";
import { dataLayers, type RunDataFlags } from "./data_layers_deno.ts";

/** Flags of `data augment`. */
export interface AugmentFlags extends RunDataFlags {
  readonly out: string;
}

/** `data augment NAME`: draws originals beside their weak and strong views. */
export async function augmentCommand(name: string, flags: AugmentFlags): Promise<void> {
  const { quiet = false } = flags;
  const { config } = resolveConfig(dataLayers(name, flags));
  const dataset = await openRunDataset(config);
  const views = datasetViews(config.augment, dataset);
  const device = await openAdapter(config.adapter, { quiet });
  const path = userPath(flags.out);
  const note = await fontNote();
  if (note !== null && !quiet) console.error(note);
  try {
    await writeViewSheet(path, dataset, {
      device,
      views,
      seed: config.seed,
      title: `${dataset.name}, augmentation ${config.augment}, seed ${config.seed}`,
    });
  } finally {
    device.destroy();
  }
  console.log(path);
}
