import type { Device } from "@longtail/longtail/core";
import { labelPool, makeSplit } from "@longtail/longtail/datasets";
import { SplitDraws } from "../../datasets/loading/split_draws.ts";
import { StreamingLoader } from "../../datasets/loading/streaming_loader.ts";
import { datasetViews } from "../../datasets/views/published/published_views.ts";
import type { StreamProblem, Work } from "../contender.ts";
import { noiseDataset } from "./noise_dataset.ts";
import { packedDataset } from "./packed_dataset.ts";

/** What brings the images of steps from a packed store to the device, and nothing more. */
export async function longtailStream(device: Device, problem: StreamProblem): Promise<Work> {
  const { size, stored, labeled, unlabeled } = problem;
  const { dataset, remove } = await packedDataset(await noiseDataset(size, stored));
  const split = makeSplit(labelPool(dataset), { labeledShare: 0.2 });
  const draws = new SplitDraws({ dataset, split, seed: 0 });
  const loader = new StreamingLoader(draws, { device, views: datasetViews("default", dataset) });
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        await loader.prepare({ labeled, unlabeled, streams: {} });
        loader.next(labeled, unlabeled);
        device.submit();
      }
      await device.idle();
    },
    result: () => Promise.resolve(new Float32Array()), // each image is checked as it is read
    dispose: remove,
  };
}
