import {
  type Device,
  type Loader,
  type Model,
  type Stack,
  Trainer,
  type TrainingConfig,
} from "@longtail/longtail/core";
import { type Dataset, labelPool, makeSplit } from "@longtail/longtail/datasets";
import { GpuLoader } from "../../datasets/loading/gpu_loader.ts";
import { SplitDraws } from "../../datasets/loading/split_draws.ts";
import { StreamingLoader } from "../../datasets/loading/streaming_loader.ts";
import { datasetViews } from "../../datasets/views/published/published_views.ts";
import { objectLayer } from "../../experiment/config/layers.ts";
import { resolveSettings } from "../../experiment/config/resolve.ts";
import { trainingConfig } from "../../experiment/config/training_settings.ts";

/** What {@link longtailTrainer} trains, and on what. */
export interface TrainerProblem {
  readonly model: Model;
  readonly stack: Stack;
  /** Ten classes of 100 training images at least. */
  readonly dataset: Dataset;
  /** Labeled images a step. */
  readonly labeled: number;
  /** Unlabeled images for each labeled one. */
  readonly ratio: number;
  /** Whether images are read step by step, or on the device already. */
  readonly streamed: boolean;
  /** Of activations and their gradients; single by default. */
  readonly precision?: TrainingConfig["precision"];
}

/** A trainer with SimPro's views before its first step, set up; its run never ends. */
export async function longtailTrainer(device: Device, problem: TrainerProblem): Promise<Trainer> {
  const { model, dataset, labeled, ratio, streamed, precision = "f32" } = problem;
  const { config, stack } = resolveSettings(problem.stack, dataset.name, [
    objectLayer({
      // The end of an epoch or of the run never comes.
      steps: 1e9,
      epochSteps: 1e8,
      batch: { labeled, ratio },
      learningRate: 1e-4, // low enough for every method to learn noise
      schedule: "constant",
      warmupSteps: 0,
      augment: "simpro",
      precision,
      optimizer: { kind: "sgd", momentum: 0.9, nesterov: true },
    }, "the bench"),
  ]);
  const split = makeSplit(labelPool(dataset), {
    labeledMax: 20,
    unlabeledMax: 60,
    gammaLabeled: 4,
    gammaUnlabeled: 4,
    holdout: 0.5,
  });
  const views = datasetViews(config.augment, dataset);
  const draws = new SplitDraws({ dataset, split, seed: config.seed });
  const loader: Loader = streamed
    ? new StreamingLoader(draws, { device, views })
    : await GpuLoader.open(draws, { device, views });
  const trainer = new Trainer({ device, model, stack, loader, config: trainingConfig(config) });
  await trainer.setup();
  return trainer;
}
