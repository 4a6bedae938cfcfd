import type { Device } from "@longtail/longtail/core";
import { augmentViews, simproViews } from "@longtail/longtail/datasets";
import type { AugmentProblem, Work } from "../contender.ts";

/** SimPro's weak and strong view of each image. */
export function longtailAugment(device: Device, problem: AugmentProblem): Work {
  const { images: n, size, bytes, seed, step } = problem;
  const half = [0.5, 0.5, 0.5] as const;
  const { weak, strong } = simproViews({ size, mean: half, std: half });
  const views = [{ spec: weak, name: "weak" }, { spec: strong, name: "strong" }];
  const images = device.tensor(bytes, [n, size, size, 3], "u8");
  const indices = device.tensor(Int32Array.from({ length: n }, (_, i) => i), [n], "i32");
  const make = () => augmentViews(images, indices, views, { seed, step });
  let latest = make();
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        latest.dispose();
        latest = make();
        device.submit();
      }
      await device.idle();
    },
    result: () => device.read(latest),
    dispose() {
      for (const tensor of [images, indices, latest]) tensor.dispose();
    },
  };
}
