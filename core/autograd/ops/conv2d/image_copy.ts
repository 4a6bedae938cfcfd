import {
  imageCopyKernel,
  imageCopyRun,
  type ImageLayout,
  imageLayout,
  type ImageRoom,
  imageSize,
} from "../../../../kernels/conv2d/image_layout.ts";
import type { Image } from "../../image_pool.ts";
import type { Tensor } from "../../tensor.ts";

/** Activations in a texture, kept with their tensor until it changes or is freed. */
export class ImageCopy {
  readonly image: Image;
  readonly layout: ImageLayout;

  constructor(image: Image, layout: ImageLayout) {
    this.image = image;
    this.layout = layout;
  }

  free(): void {
    this.image.free();
  }
}

/** Whether activations of a shape can be copied into a texture of this device. */
export function fitsImage(x: Tensor["device"], shape: readonly number[], room: ImageRoom): boolean {
  return imageLayout(quad(shape), room, x.gpu.limits.maxTextureDimension2D) !== null;
}

/** The copy of `x` with enough room, made if there is none yet. */
export function imageOf(x: Tensor, room: ImageRoom): ImageCopy {
  const { device, storage, shape } = x;
  const key = `image ${x.offset}`;
  const found = storage.copies?.get(key);
  if (found instanceof ImageCopy && serves(found.layout, shape, room)) return found;
  const layout = imageLayout(quad(shape), room, device.gpu.limits.maxTextureDimension2D);
  if (!layout) throw new RangeError(`No texture of this adapter can hold ${x}`);
  const copy = new ImageCopy(device.images.acquire(...imageSize(layout)), layout);
  const vector = layout.channels % 4 === 0;
  const { uniforms, grid } = imageCopyRun(layout);
  device.dispatch(imageCopyKernel(vector), [x, copy.image], uniforms, grid);
  found?.free();
  (storage.copies ??= new Map()).set(key, copy);
  return copy;
}

function serves(layout: ImageLayout, shape: readonly number[], room: ImageRoom): boolean {
  const { margin, cellRows, cellColumns } = layout;
  return layout.images === shape[0] && layout.height === shape[1] && layout.width === shape[2] &&
    layout.channels === shape[3] && margin >= room.margin &&
    cellRows - margin >= room.rows && cellColumns - margin >= room.columns;
}

function quad(shape: readonly number[]): readonly [number, number, number, number] {
  return shape as [number, number, number, number]; // activations have rank 4
}
