import { augment, augmentPixels } from "../../../datasets/views/augment.ts";
import type { Channels, Stage, ViewSpec } from "../../../datasets/views/view_spec.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";

/** Images [n, height, width, 3] of a fixture, or one image [height, width, 3]. */
export interface Images {
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** How an image's values become floats. */
export interface Normalization {
  readonly mean: Channels;
  readonly std: Channels;
}

const NONE: Normalization = { mean: [0, 0, 0], std: [1, 1, 1] };

/** Decisions are explicit, so nothing is drawn by chance. */
const DRAW = { seed: 0, step: 0, name: "golden" };

/** Runs stages on images and collects what comes out, in one read-back. */
export class ImageViews {
  readonly #device: Device;
  readonly #made: Tensor<"u32">[] = [];

  constructor(device: Device) {
    this.#device = device;
  }

  /** Records the bytes of some images (all by default) after some stages. */
  add(images: Images, stages: readonly Stage[], which?: readonly number[]): void {
    const [tensor, indices] = this.#upload(images, which);
    this.#made.push(augmentPixels(tensor, indices, { stages, ...NONE }, DRAW));
  }

  /** Bytes of all views in order, three a pixel. */
  async bytes(): Promise<Uint8Array> {
    const words = await this.#device.readAll(this.#made);
    return Uint8Array.from(
      words.flatMap((view) =>
        [...view].flatMap((word) => [word & 255, word >> 8 & 255, word >> 16 & 255])
      ),
    );
  }

  /** The normalised floats of some images after some stages. */
  floats(
    images: Images,
    { stages, ...normalization }: Pick<ViewSpec, "stages"> & Normalization,
    which?: readonly number[],
  ): Tensor {
    const [tensor, indices] = this.#upload(images, which);
    return augment(tensor, indices, { stages, ...normalization }, DRAW);
  }

  #upload(
    { shape, data }: Images,
    which?: readonly number[],
  ): [images: Tensor<"u8">, indices: Tensor<"i32">] {
    const full = shape.length === 3 ? [1, ...shape] : shape;
    const indices = which ?? Array.from({ length: full[0]! }, (_, i) => i); // four sizes
    return [
      this.#device.tensor(data, full, "u8"),
      this.#device.tensor(indices, [indices.length], "i32"),
    ];
  }
}

/** Pixels of one image of a fixture's images. */
export function imageAt({ shape, data }: Images, index: number): Images {
  const [height, width, channels] = shape.slice(-3) as [number, number, number];
  const bytes = height * width * channels;
  return {
    shape: [1, height, width, channels],
    data: data.subarray(index * bytes, (index + 1) * bytes),
  };
}
