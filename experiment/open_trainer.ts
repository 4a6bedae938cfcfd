import type { Device } from "../core/autograd/device.ts";
import { BadInput } from "../core/bad_input.ts";
import type { Model } from "../core/nn/model.ts";
import type { Stored } from "../core/safetensors.ts";
import type { HostFiles } from "../core/training/plugin/host_files.ts";
import { checkRun } from "../core/training/check_run.ts";
import type { Stack } from "../core/training/plugin/compose.ts";
import { takeOver } from "../core/training/take_over.ts";
import { Trainer } from "../core/training/trainer.ts";
import type { Dataset } from "../datasets/images/dataset.ts";
import { openLoader } from "../datasets/loading/open_loader.ts";
import { splitInfo } from "../datasets/loading/split_draws.ts";
import { requireComplete, type Split } from "../datasets/split/split.ts";
import { datasetViews } from "../datasets/views/published/published_views.ts";
import type { Views } from "../datasets/views/view_spec.ts";
import type { RunConfig } from "./config/run_config.ts";
import { trainingConfig } from "./config/training_settings.ts";

/** What {@linkcode openTrainer} makes a trainer of. */
export interface OpenTrainerOptions {
  /** Where it trains. */
  readonly device: Device;
  /** The images. */
  readonly dataset: Dataset;
  /** How they are dealt out. */
  readonly split: Split;
  /** The network. */
  readonly model: Model;
  /** The methods. */
  readonly stack: Stack;
  /** How the images are seen; by default as the augmentation has it that the options name. */
  readonly views?: Views;
  /** Options of the run. */
  readonly config: RunConfig;
  /** Values to start from, by PyTorch's names; random ones by default. */
  readonly weights?: Stored["tensors"] | null;
  /** A run whose network to start from: where it is, and its checkpoint. */
  readonly from?: { readonly path: string; readonly checkpoint: Stored } | null;
  /** Where methods keep files; in memory by default. */
  readonly files?: HostFiles;
}

/**
 * Reads or uploads the images and makes a trainer before its first step.
 *
 * @throws {BadInput} If views, methods, data, network or weights do not fit together.
 */
export async function openTrainer(options: OpenTrainerOptions): Promise<Trainer> {
  const { device, dataset, split, model, stack, config, weights, from, files } = options;
  const { views = datasetViews(config.augment, dataset) } = options, { seed } = config;
  const training = trainingConfig(config);
  requireComplete(split, dataset.classNames);
  forUser(() => { // before images are uploaded
    const { size } = dataset, data = splitInfo(dataset, split);
    const { needs } = checkRun({ model, stack, data, size, batch: training });
    if (!views.contrast && needs.labeled.includes("contrast")) {
      throw new TypeError(
        `'${stack.name}' asks for contrast views of labeled images, which the given views do not have: ` +
          "give 'contrast', or name an augmentation",
      );
    }
  });
  const { sampler, samplerBeta } = config;
  const loader = await openLoader({
    ...{ device, dataset, split, seed, views, sampler, samplerBeta },
    ...config.loader,
  });
  return forUser(() => {
    const trainer = new Trainer({
      device,
      model,
      stack,
      loader,
      config: training,
      ...files ? { files } : {},
    });
    if (weights) trainer.startFrom(weights, { part: config.weightsPart });
    if (from) takeOver(trainer, from.checkpoint, from.path);
    return trainer;
  });
}

/** What methods, data, network and weights say of each other is for the user to mend. */
function forUser<T>(make: () => T): T {
  try {
    return make();
  } catch (error) {
    if (error instanceof TypeError) throw new BadInput(error.message);
    throw error;
  }
}
