import { WINDOW } from "../../../../kernels/conv2d/image_conv.ts";
import { GROUP, packWeightsKernel } from "../../../../kernels/conv2d/pack_weights.ts";
import { linearGrid } from "../../../../kernels/kernel.ts";
import { Tensor } from "../../tensor.ts";
import { planUniforms, type WeightPlan } from "./weight_plan.ts";

/** A run of the convolution kernel: what it sees of the weights, and what that is about. */
export interface WeightWindow {
  readonly view: Tensor;
  readonly firstGroup: number;
  readonly groups: number;
  readonly firstChunk: number;
  readonly chunks: number;
}

/** Weights as the image convolution reads them, kept with their tensor until it changes. */
export class PackedWeights {
  readonly windows: readonly WeightWindow[];
  /** vec4f from one group of output channels to the next. */
  readonly groupStride: number;
  readonly #packed: Tensor;

  constructor(w: Tensor, plan: WeightPlan) {
    const { device } = w;
    const taps = plan.tapRows * plan.tapColumns;
    const chunks = Math.ceil(plan.inputs / 4), groups = Math.ceil(plan.outputs / GROUP);
    const chunkVectors = taps * GROUP;
    // Windows start at multiples of 256 bytes.
    this.groupStride = Math.ceil(chunks * chunkVectors / 16) * 16;
    const packed = device.keep(() => device.empty([4 * (groups * this.groupStride + WINDOW)]));
    const size = groups * chunks * chunkVectors * 4;
    device.dispatch(
      packWeightsKernel(),
      [w, packed],
      [size, chunks, 4 * this.groupStride, ...planUniforms(plan)],
      linearGrid(Math.ceil(size / 64)),
    );
    this.#packed = packed;
    this.windows = windowsOf(packed, { groups, chunks, chunkVectors, stride: this.groupStride });
  }

  free(): void {
    this.#packed.device.release(this.#packed);
  }
}

/** The weights packed by a plan, from the cache if they have not changed. */
export function packedWeights(w: Tensor, name: string, plan: () => WeightPlan): PackedWeights {
  const key = `weights ${w.offset} ${name}`;
  const found = w.storage.copies?.get(key);
  if (found instanceof PackedWeights) return found;
  found?.free();
  const packed = new PackedWeights(w, plan());
  (w.storage.copies ??= new Map()).set(key, packed);
  return packed;
}

/** Whether a single pair of chunks of weights fits a window. */
export function fitsWindow(taps: number): boolean {
  return 2 * taps * GROUP <= WINDOW;
}

function windowsOf(
  packed: Tensor,
  { groups, chunks, chunkVectors, stride }: {
    groups: number;
    chunks: number;
    chunkVectors: number;
    stride: number;
  },
): WeightWindow[] {
  const view = (vector: number) =>
    new Tensor(packed.device, packed.storage, [4 * WINDOW], "f32", 16 * vector);
  const windows: WeightWindow[] = [];
  const whole = Math.floor(WINDOW / stride);
  if (whole > 0) {
    for (let g = 0; g < groups; g += whole) {
      const count = Math.min(whole, groups - g);
      windows.push({ view: view(g * stride), firstGroup: g, groups: count, firstChunk: 0, chunks });
    }
    return windows;
  }
  const part = Math.floor(WINDOW / chunkVectors / 2) * 2; // pairs keep windows aligned
  for (let g = 0; g < groups; g++) {
    for (let c = 0; c < chunks; c += part) {
      windows.push({
        view: view(g * stride + c * chunkVectors),
        firstGroup: g,
        groups: 1,
        firstChunk: c,
        chunks: Math.min(part, chunks - c),
      });
    }
  }
  return windows;
}
