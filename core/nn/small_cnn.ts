import { globalAvgPool } from "../autograd/ops/pool.ts";
import type { Layer, NormOptions } from "./builder.ts";
import type { Model } from "./model.ts";

const NORM: NormOptions = { activation: { kind: "relu" } };

/** Three 3×3 convolutions of 8, 16 and 32 channels, for tests and first tries. */
export const smallCnn: Model = {
  name: "small-cnn",
  build(b, { classes }) {
    const conv1 = b.conv2d("conv1", 3, 8, 3, { padding: 1 });
    const bn1 = b.batchNorm("bn1", 8, NORM);
    const conv2 = b.conv2d("conv2", 8, 16, 3, { stride: 2, padding: 1 });
    const bn2 = b.batchNorm("bn2", 16, NORM);
    const conv3 = b.conv2d("conv3", 16, 32, 3, { stride: 2, padding: 1 });
    const bn3 = b.batchNorm("bn3", 32, NORM);
    const map: Layer = (x, pass) => {
      const y = bn2(conv2(bn1(conv1(x, pass), pass), pass), pass);
      return bn3(conv3(y, pass), pass);
    };
    return {
      features: 32,
      map,
      forward: (x, pass) => globalAvgPool(map(x, pass)),
      heads: { main: b.linear("fc", 32, classes) },
    };
  },
};
