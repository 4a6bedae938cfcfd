import {
  imageCopyKernel,
  imageCopyRun,
  type ImageLayout,
  imageLayout,
  type ImageRoom,
  imageSize,
} from "../../../../kernels/conv2d/texture_layout.ts";
import type { Device } from "../../device.ts";
import type { Image } from "../../texture_pool.ts";
import { BYTES, type Tensor } from "../../tensor.ts";

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
export function fitsImage(device: Device, shape: Quad, room: ImageRoom): boolean {
  return layoutFor(device, shape, room) !== null;
}

/** The copy of `x` with enough room, made if there is none yet. */
export function imageOf(x: Tensor, room: ImageRoom): ImageCopy {
  const { device, storage } = x;
  const shape = x.shape as Quad; // activations have rank 4
  const key = `image ${x.offset}`;
  const found = storage.copies?.get(key);
  if (found instanceof ImageCopy && serves(found.layout, shape, room)) return found;
  const layout = layoutFor(device, shape, room);
  if (!layout) throw new RangeError(`No texture of this adapter can hold ${x}`);
  const copy = copied(x, layout);
  found?.free();
  const copies = storage.copies ??= new Map();
  copies.set(key, copy);
  device.images.keep(copy.image, () => {
    copies.delete(key);
    copy.free();
  });
  return copy;
}

type Quad = readonly [number, number, number, number];

function layoutFor({ gpu }: Device, shape: Quad, room: ImageRoom): ImageLayout | null {
  return imageLayout(shape, room, {
    side: gpu.limits.maxTextureDimension2D,
    layers: gpu.limits.maxTextureArrayLayers,
  });
}

/** Rows of a buffer that is copied to a texture begin at multiples of this. */
const ROW_ALIGNMENT = 256;

function copied(x: Tensor, layout: ImageLayout): ImageCopy {
  const { device } = x;
  const { images, height, width, channels, chunks, margin, rows, perLayer } = layout;
  const bytesPerRow = width * channels * BYTES.f32;
  if (channels % 4 !== 0 || bytesPerRow % ROW_ALIGNMENT !== 0) {
    const image = device.images.acquire({ ...imageSize(layout), use: "any" });
    const { uniforms, grid } = imageCopyRun(layout);
    device.dispatch(imageCopyKernel(channels % 4 === 0), [x, image], uniforms, grid);
    return new ImageCopy(image, layout);
  }
  // The zeros around the images are there from the start and nobody writes over them.
  const use = `${images} of ${height}x${width}x${channels} at ${margin}`;
  const image = device.images.acquire({ ...imageSize(layout), use });
  for (let slot = 0; slot < perLayer; slot++) {
    device.copyToImage(x, image, {
      skip: slot * height * bytesPerRow,
      bytesPerRow,
      rowsPerImage: height * perLayer,
      origin: [margin * chunks, slot * rows + margin, 0],
      size: [width * chunks, height, Math.ceil((images - slot) / perLayer)],
    });
  }
  return new ImageCopy(image, layout);
}

function serves(layout: ImageLayout, shape: Quad, room: ImageRoom): boolean {
  return layout.images === shape[0] && layout.height === shape[1] && layout.width === shape[2] &&
    layout.channels === shape[3] && layout.margin >= room.margin &&
    layout.rows - layout.margin >= room.rows && layout.columns - layout.margin >= room.columns;
}
