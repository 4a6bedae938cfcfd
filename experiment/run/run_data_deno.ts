import type { Dataset } from "../../datasets/images/dataset.ts";
import { openDataset } from "../../datasets/sets/open_dataset_deno.ts";
import type { RunConfig } from "../config/run_config.ts";

/**
 * Opens the data set that a run's options name.
 *
 * @throws {BadInput} If there is none of that name, or its files cannot be read.
 */
export async function openRunDataset(
  { dataset, dataDir, imageSize }: Pick<RunConfig, "dataset" | "dataDir" | "imageSize">,
): Promise<Dataset> {
  return await openDataset(dataset, {
    dataDir: dataDir ?? undefined,
    size: imageSize ?? undefined,
  });
}
