import { type Device, wideResNet } from "@longtail/longtail/core";
import { drawSizes, stepImages } from "../../core/training/step/step_images.ts";
import type { MethodProblem, Work } from "../contender.ts";
import { longtailTrainer } from "./longtail_trainer.ts";
import { noiseDataset } from "./noise_dataset.ts";
import { packedDataset } from "./packed_dataset.ts";

/** Images to draw from: ten classes of a hundred. */
const TRAIN = 1000;

/** Steps of the trainer, or only what makes their views, on noise. */
export async function longtailMethodStep(device: Device, problem: MethodProblem): Promise<Work> {
  const { depth, width, size, only, streamed = false } = problem;
  const whole = await noiseDataset(size, TRAIN);
  const packed = streamed ? await packedDataset(whole) : undefined;
  const { dataset } = packed ?? { dataset: whole };
  const model = wideResNet({ depth, width, variant: "daso" });
  const trainer = await longtailTrainer(device, { ...problem, model, dataset, streamed });

  const { loader, needs, config: { seed } } = trainer, sizes = drawSizes(needs, trainer.config);
  async function step(): Promise<void> {
    await trainer.run({ until: trainer.done + 1 });
  }
  async function makeViews(step: number): Promise<void> {
    await loader.prepare?.(sizes);
    device.scope(() => {
      const drawn = loader.next(sizes.labeled, sizes.unlabeled);
      stepImages(drawn, { device, loader, needs, sizes, seed, step });
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
