import type { Device } from "../../../core/autograd/device.ts";
import { objectLayer } from "../../../experiment/config/layers.ts";
import { resolveSettings } from "../../../experiment/config/resolve.ts";
import { openTrainer } from "../../../experiment/open_trainer.ts";
import type { Model } from "../../../core/nn/model.ts";
import { smallCnn } from "../../../core/nn/small_cnn.ts";
import { Random } from "../../../core/random.ts";
import type { Stack } from "../../../core/training/plugin/compose.ts";
import type { Trainer } from "../../../core/training/trainer.ts";
import { memoryDataset } from "../../../datasets/images/memory_dataset.ts";
import { labelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";

/** What {@linkcode tinyTrainer} makes a trainer of. */
export interface TinyOptions {
  readonly stack: Stack;
  readonly model?: Model;
  /** Width and height of the images, 8 by default. */
  readonly size?: number;
  readonly settings?: Readonly<Record<string, unknown>>;
}

const CLASSES = 3;

/** Noise over a grey that tells the class. */
function noisyPart(images: number, size: number, name: string) {
  const random = new Random({ seed: 1, name });
  const bytes = size * size * 3;
  return {
    bytes: Uint8Array.from(
      { length: images * bytes },
      (_, i) => 60 * (Math.floor(i / bytes) % CLASSES) + 80 * random.uniform(),
    ),
    labels: Array.from({ length: images }, (_, i) => i % CLASSES),
  };
}

/** A trainer on three classes of grey noise, set up and before its first step. */
export async function tinyTrainer(device: Device, options: TinyOptions): Promise<Trainer> {
  const { model = smallCnn, size = 8 } = options;
  const dataset = await memoryDataset({
    name: "noise",
    classNames: ["dark", "grey", "bright"],
    size,
    train: noisyPart(90, size, "train"),
    test: noisyPart(30, size, "test"),
  });
  const { config, stack } = resolveSettings(options.stack, dataset.name, [
    objectLayer(
      {
        steps: 100,
        batch: { labeled: 4, ratio: 2 },
        modelVariant: "daso",
        augment: "default",
        ...options.settings,
      },
      "a test",
    ),
  ]);
  const split = makeSplit(labelPool(dataset), {
    labeledMax: 8,
    unlabeledMax: 18,
    gammaLabeled: 4,
    gammaUnlabeled: 2,
  });
  const trainer = await openTrainer({ device, dataset, split, model, stack, config });
  await trainer.setup();
  return trainer;
}

/** Runs steps as a run does. */
export async function runSteps(trainer: Trainer, steps: number): Promise<void> {
  await trainer.run({ until: trainer.done + steps });
}
