import type { Dataset } from "../../datasets/images/dataset.ts";
import { openDataset } from "../../datasets/sets/open_dataset_deno.ts";
import { datasetNames, infoOf } from "../../datasets/sets/set_info.ts";
import { datasetViews } from "../../datasets/views/published/published_views.ts";
import type { Views } from "../../datasets/views/view_spec.ts";
import { rankedClassNames, type Split } from "../../datasets/split/split.ts";
import { BadInput } from "../../core/bad_input.ts";
import { unknownName } from "../../core/names.ts";
import type { Model } from "../../core/nn/model.ts";
import { modelByName } from "../../core/nn/model_registry.ts";
import { decodeSafetensors, type Stored } from "../../core/safetensors.ts";
import type { Resolved } from "../config/resolve.ts";
import type { RunConfig } from "../config/run_config.ts";
import { optionsWithoutSecrets } from "../config/secrets.ts";
import { checkWeights } from "./known_weights.ts";
import { splitRun } from "./split_run.ts";

/** Everything about a run that is known before a device is opened. */
export interface PreparedRun {
  readonly resolved: Resolved;
  /** Options as `config.yaml` holds them, the split's included. */
  readonly all: Readonly<Record<string, unknown>>;
  readonly dataset: Dataset;
  readonly split: Split;
  /** What to tell the user of the split and the start, or null. */
  readonly note: string | null;
  readonly model: Model;
  readonly views: Views;
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
  const { config, extensions } = resolved;
  const model = modelOf(resolved);
  const dataset = await openRunDataset(resolved);
  const views = viewsOf(resolved, dataset);
  const { split, options, note } = splitRun(resolved, dataset);
  const stored = restored || config.weights === null ? null : await readWeights(config.weights);
  const names = rankedClassNames(dataset.classNames, split);
  const notes = [
    note,
    restored ? null : bareStart(config, extensions),
    stored ? checkWeights(stored.metadata, config, names) : null,
  ].filter((n) => n !== null);
  const { seed: _, ...saved } = options;
  return {
    resolved,
    all: optionsWithoutSecrets({
      ...resolved.all,
      split: { protocol: config.split.protocol, ...saved },
    }),
    dataset,
    split,
    note: notes.length > 0 ? notes.join("; ") : null,
    model,
    views,
    weights: stored?.tensors ?? null,
  };
}

/** What a run that starts from nothing should know where published ones do not; null elsewhere. */
function bareStart(
  { dataset, weights, from, fromPart, model }: RunConfig,
  { datasets }: Resolved["extensions"],
): string | null {
  const own = datasets.some(({ name }) => name === dataset);
  if (own || weights !== null || (from !== null && fromPart === "network")) return null;
  if (!infoOf(dataset).pretrained) return null;
  const torch = /^resnet-(18|34|50)$/.exec(model)?.[1];
  return `published runs on ${dataset} start from weights of ImageNet, this one starts from nothing` +
    (torch
      ? `: write torchvision's once with \`python -c "import torchvision, safetensors.torch as s; ` +
        `s.save_file(torchvision.models.resnet${torch}(weights='DEFAULT').state_dict(), ` +
        `'resnet${torch}.safetensors')"\`, then add --set weights=resnet${torch}.safetensors`
      : ", and there are none for its network: published runs have resnet-50");
}

/**
 * Opens the data set that a run's options name.
 *
 * @throws {BadInput} If there is none of that name, or its files cannot be read.
 */
export async function openRunDataset({ config, extensions }: Resolved): Promise<Dataset> {
  const { dataset: name, dataDir, imageSize } = config;
  const options = {
    ...dataDir === null ? {} : { dataDir },
    ...imageSize === null ? {} : { size: imageSize },
  };
  const own = extensions.datasets.find((dataset) => dataset.name === name);
  if (own) return await own.open(options);
  if (!datasetNames.includes(name)) {
    const names = [...datasetNames, ...extensions.datasets.map((dataset) => dataset.name)];
    throw unknownName(name, "data set", names);
  }
  return await openDataset(name, options);
}

/**
 * The views that a run's options name.
 *
 * @throws {BadInput} If there are none of that name.
 */
export function viewsOf({ config, extensions }: Resolved, dataset: Dataset): Views {
  return datasetViews(config.augment, dataset, { others: extensions.views });
}

/**
 * The network that a run's options name.
 *
 * @throws {BadInput} If there is none of that name.
 */
export function modelOf({ config: { model, modelVariant }, extensions }: Resolved): Model {
  try {
    return modelByName(model, modelVariant, { others: extensions.models });
  } catch (error) {
    if (error instanceof RangeError) throw new BadInput(error.message);
    throw error;
  }
}

/**
 * Reads a safetensors file of weights.
 *
 * @throws {BadInput} If it cannot be read or is not one.
 */
async function readWeights(path: string): Promise<Stored> {
  try {
    const bytes = await Deno.readFile(path);
    // Batch norm's counters, 64-bit integers that have no effect.
    const skip = (name: string) => name.endsWith("num_batches_tracked");
    return decodeSafetensors(bytes, path, { skip, convert: true });
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot read the weights ${path}: ${error.message}`);
  }
}
