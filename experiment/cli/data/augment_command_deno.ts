import { fontNote } from "../../../datasets/show/paper_deno.ts";
import { writeViewSheet } from "../../../datasets/show/view_sheet_deno.ts";
import { openRunDataset, viewsOf } from "../../run/prepare_run_deno.ts";
import { tell } from "../../run/progress_deno.ts";
import { openAdapter } from "../open_adapter_deno.ts";
import { type OptionFlags, resolveFlags } from "../option_layers_deno.ts";
import { userPath } from "../user_files_deno.ts";

/** Flags of `data augment`. */
export interface AugmentFlags extends OptionFlags {
  readonly out: string;
}

/** `data augment NAME`: draws originals beside their weak and strong views. */
export async function augmentCommand(name: string, flags: AugmentFlags): Promise<void> {
  const { quiet = false } = flags;
  const resolved = await resolveFlags({ ...flags, dataset: name });
  const { config } = resolved;
  const dataset = await openRunDataset(resolved);
  const views = viewsOf(resolved, dataset);
  const device = await openAdapter(config.adapter, { quiet });
  const path = userPath(flags.out);
  const note = await fontNote();
  if (note !== null && !quiet) tell(note);
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
