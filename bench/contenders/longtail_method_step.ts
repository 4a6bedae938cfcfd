import { type Device, type Loader, Random, Trainer, wideResNet } from "@longtail/longtail/core";
import { type Dataset, makeSplit, memoryDataset, labelPool } from "@longtail/longtail/datasets";
import { objectLayer } from "../../experiment/config/layers.ts";
import { resolveSettings } from "../../experiment/config/resolve.ts";
import { trainingConfig } from "../../experiment/config/training_settings.ts";
import { drawSizes, stepImages } from "../../core/training/step/step_images.ts";
import { GpuLoader } from "../../datasets/loading/gpu_loader.ts";
import { datasetViews } from "../../datasets/views/published/published_views.ts";
import { SplitDraws } from "../../datasets/loading/split_draws.ts";
import { StreamingLoader } from "../../datasets/loading/streaming_loader.ts";
import type { MethodProblem, Work } from "../contender.ts";
import { packedDataset } from "./packed_dataset.ts";

/** Steps of the trainer, or only what makes their views, on noise. */
export async function longtailMethodStep(device: Device, problem: MethodProblem): Promise<Work> {
  const { depth, width, size, labeled, ratio, only } = problem;
  const whole = await noise(size);
  const packed = problem.streamed ? await packedDataset(whole) : undefined;
  const { dataset } = packed ?? { dataset: whole };
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
  const loader: Loader = problem.streamed
    ? new StreamingLoader(draws, { device, views })
    : await GpuLoader.open(draws, { device, views });
  const model = wideResNet({ depth, width, variant: "daso" });
  const trainer = new Trainer({ device, model, stack, loader, config: trainingConfig(config) });
  await trainer.setup();

  const { needs } = trainer, sizes = drawSizes(needs, trainer.config);
  async function step(): Promise<void> {
    await trainer.run({ until: trainer.done + 1 });
  }
  async function makeViews(step: number): Promise<void> {
    await loader.prepare?.(sizes);
    device.scope(() => {
      const drawn = loader.next(sizes.labeled, sizes.unlabeled);
      stepImages(drawn, { device, loader, needs, sizes, seed: config.seed, step });
    });
    device.submit();
  }
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        if (only === "views") await makeViews(i);
        else await step();
      }
      await device.idle();
    },
    async result() {
      if (only === "step") await trainer.drain(); // throws if a loss is not finite
      return new Float32Array();
    },
    dispose() {
      packed?.remove();
      const { student, average, gradients } = trainer.network;
      const weights = [student, average].flatMap((w) => [w.flatParameters, w.flatBuffers]);
      for (const tensor of [...weights, gradients.flat, trainer.optimizer.first]) tensor.dispose();
    },
  };
}

const CLASSES = 10, TRAIN = 1000, TEST = 10;

/** Images of noise: what they show changes no step's cost. */
function noise(size: number): Promise<Dataset> {
  const random = new Random({ seed: 1, name: "bench/method-step" });
  const part = (images: number) => ({
    bytes: Uint8Array.from({ length: images * size * size * 3 }, () => random.word()),
    labels: Array.from({ length: images }, (_, i) => i % CLASSES),
  });
  const classNames = Array.from({ length: CLASSES }, (_, i) => `class ${i}`);
  return memoryDataset({ name: "noise", classNames, size, train: part(TRAIN), test: part(TEST) });
}
