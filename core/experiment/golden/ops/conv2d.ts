import type { Device } from "../../../autograd/device.ts";
import { conv2d, permute } from "../../../autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

/** Checks `ops_conv2d` with every class of kernels. Cases are NCHW and OIHW. */
export const run: GoldenRunner = async (c, check, device) => {
  const opened = await device();
  const { stride, padding } = c.params as { stride: number; padding: number };
  for (const kernels of kernelClasses(opened)) {
    await withKernels(opened, kernels, () =>
      checkOperation(c, check, opened, {
        inputs: c.has("b") ? ["x", "w", "b"] : ["x", "w"],
        apply: (x, w, bias) => {
          const images = permute(x!, [0, 2, 3, 1]), filter = permute(w!, [2, 3, 1, 0]); // named above
          return permute(conv2d(images, filter, { bias, stride, padding }), [0, 3, 1, 2]);
        },
      }));
  }
};

/** What decides which kernels a device uses. */
type Kernels = Pick<Device, "software" | "lanes">;

/** All choices of kernels that a device can run. */
function kernelClasses({ lanes }: Device): Kernels[] {
  const classes = [{ software: true, lanes: 0 }, { software: false, lanes: 0 }];
  return lanes > 0 ? [{ software: true, lanes }, ...classes] : classes;
}

async function withKernels(device: Device, kernels: Kernels, body: () => Promise<void>) {
  const { software, lanes } = device;
  try {
    Object.assign(device, kernels);
    await body();
  } finally {
    Object.assign(device, { software, lanes });
  }
}
