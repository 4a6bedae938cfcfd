import { packWeightsKernel } from "../../../../kernels/conv2d/pack_weights.ts";
import { linearGrid } from "../../../../kernels/kernel.ts";
import type { Image } from "../../image_pool.ts";
import type { Tensor } from "../../tensor.ts";
import { planUniforms, type WeightPlan } from "./weight_plan.ts";

/** How the convolution kernel goes through the weights. */
export interface PackOptions {
  /** Output channels of an invocation. */
  readonly group: number;
  /** Whether it goes through all input channels of a tap before the next tap. */
  readonly tapMajor: boolean;
}

/** Weights as the image convolution reads them, kept with their tensor until it changes. */
export class PackedWeights {
  readonly image: Image;
  /** Rows of the image: groups of output channels. */
  readonly groups: number;

  constructor(w: Tensor, plan: WeightPlan, { group, tapMajor }: PackOptions) {
    const { device } = w;
    const { width, height } = packedSize(plan, group);
    this.groups = height;
    this.image = device.images.acquire({ width, height, layers: 1, use: "weights" });
    const size = width * height;
    device.dispatch(
      packWeightsKernel(group),
      [w, this.image],
      [size, width, tapMajor ? 1 : 0, ...planUniforms(plan)],
      linearGrid(Math.ceil(size / 64)),
    );
  }

  free(): void {
    this.image.free();
  }
}

/** Width and height of the image of packed weights. */
export function packedSize(
  { tapRows, tapColumns, inputs, outputs }: WeightPlan,
  group: number,
): { width: number; height: number } {
  return {
    width: Math.ceil(inputs / 4) * tapRows * tapColumns * group,
    height: Math.ceil(outputs / group),
  };
}

/** The weights packed by a plan, from the cache if they have not changed. */
export function packedWeights(
  w: Tensor,
  plan: WeightPlan,
  options: PackOptions & { readonly name: string },
): PackedWeights {
  const key = `weights ${w.offset} ${options.name}`;
  const found = w.storage.copies?.get(key);
  if (found instanceof PackedWeights) return found;
  found?.free();
  const packed = new PackedWeights(w, plan, options);
  (w.storage.copies ??= new Map()).set(key, packed);
  return packed;
}
