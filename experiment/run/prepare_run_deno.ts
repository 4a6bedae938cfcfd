import type { Dataset } from "../../datasets/images/dataset.ts";
import { datasetViews } from "../../datasets/views/published/published_views.ts";
import type { Split } from "../../datasets/split/split.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { Model } from "../../core/nn/model.ts";
import { modelByName } from "../../core/nn/model_registry.ts";
import type { Stored } from "../../core/safetensors.ts";
import type { Resolved } from "../config/resolve.ts";
import type { RunConfig } from "../config/run_config.ts";
import { readWeights } from "./read_weights_deno.ts";
import { openRunDataset } from "./run_data_deno.ts";
import { splitRun } from "./split_run.ts";

/** Everything about a run that is known before a device is opened. */
export interface PreparedRun {
  readonly resolved: Resolved;
  /** Options as `config.yaml` holds them, the split's included. */
  readonly all: Readonly<Record<string, unknown>>;
  readonly dataset: Dataset;
  readonly split: Split;
  /** What to tell the user of the split, or null. */
  readonly note: string | null;
  readonly model: Model;
  /** Values to start from by PyTorch's names; null for random ones. */
  readonly weights: Stored["tensors"] | null;
}

/**
 * Opens the data and makes the split, so that bad input is found before any work.
 *
 * @param options.restored Whether a checkpoint will be restored, so that nobody needs the weights
 *   that the run started from.
 * @throws {BadInput} If the model is unknown, the data cannot be read or the split not be made.
 */
export async function prepareRun(
  resolved: Resolved,
  { restored = false }: { readonly restored?: boolean } = {},
): Promise<PreparedRun> {
  const { config } = resolved;
  const model = modelOf(config);
  const dataset = await openRunDataset(config);
  datasetViews(config.augment, dataset); // refused here if they do not fit, before any work
  const { split, options, note } = splitRun(config, dataset);
  const { seed: _, ...saved } = options;
  return {
    resolved,
    all: { ...resolved.all, split: { protocol: config.split.protocol, ...saved } },
    dataset,
    split,
    note,
    model,
    weights: restored || config.weights === null ? null : await readWeights(config.weights),
  };
}

function modelOf({ model, modelVariant }: RunConfig): Model {
  try {
    return modelByName(model, modelVariant);
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message);
    throw error;
  }
}
