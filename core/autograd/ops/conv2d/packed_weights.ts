import { CONV_GROUP, packWeightsKernel } from "../../../../kernels/conv2d/pack_weights.ts";
import { scalarGroups } from "../../../../kernels/pointwise.ts";
import type { Texture } from "../../texture_pool.ts";
import type { Tensor } from "../../tensor.ts";
import { planUniforms, type WeightPlan } from "./weight_plan.ts";

/** Weights as the texture convolution reads them, kept with their tensor until it changes. */
export class PackedWeights {
  readonly texture: Texture;
  /** Rows of the texture: groups of output channels. */
  readonly groups: number;

  constructor(w: Tensor, plan: WeightPlan, tapMajor: boolean) {
    const { device } = w;
    const { width, height } = packedSize(plan);
    this.groups = height;
    this.texture = device.textures.acquire({ width, height, layers: 1, use: "weights" });
    const size = width * height;
    device.dispatch(
      packWeightsKernel(),
      { w, y: this.texture },
      { size, width, tapMajor: tapMajor ? 1 : 0, ...planUniforms(plan) },
      scalarGroups(size),
    );
  }

  free(): void {
    this.texture.free();
  }
}

/** Width and height of the texture of packed weights. */
export function packedSize(
  { tapRows, tapColumns, inputs, outputs }: WeightPlan,
): { width: number; height: number } {
  return {
    width: Math.ceil(inputs / 4) * tapRows * tapColumns * CONV_GROUP,
    height: Math.ceil(outputs / CONV_GROUP),
  };
}

/** The weights packed by a plan, from the cache if they have not changed. */
export function packedWeights(
  w: Tensor,
  plan: WeightPlan,
  { name, tapMajor }: { name: string; tapMajor: boolean },
): PackedWeights {
  const key = `weights ${w.offset} ${name}`;
  const found = w.storage.copies?.get(key);
  if (found instanceof PackedWeights) return found;
  found?.free();
  const packed = new PackedWeights(w, plan, tapMajor);
  (w.storage.copies ??= new Map()).set(key, packed);
  return packed;
}
