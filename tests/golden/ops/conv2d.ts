import { conv2d, permute } from "../../../core/autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

/** Checks `ops_conv2d` and `ops_conv2d_groups` with the kernels for software adapters and for GPUs. Cases are NCHW, OIHW. */
export const run: GoldenRunner = async (c, check, device) => {
  const opened = await device();
  const { software } = opened;
  const { stride, padding, groups = 1 } = c.params as {
    stride: number;
    padding: number;
    groups?: number;
  };
  try {
    for (const kernels of [true, false]) {
      opened.software = kernels;
      await checkOperation(c, check, opened, {
        inputs: c.has("b") ? ["x", "w", "b"] : ["x", "w"],
        apply: (x, w, bias) => {
          const images = permute(x!, [0, 2, 3, 1]), filter = permute(w!, [2, 3, 1, 0]); // named above
          return permute(conv2d(images, filter, { bias, stride, padding, groups }), [0, 3, 1, 2]);
        },
      });
    }
  } finally {
    opened.software = software;
  }
};
