import {
  textureCopyKernel,
  textureCopyLaunch,
  type TextureLayout,
  textureLayout,
  type TextureRoom,
  textureSize,
} from "../../../../kernels/conv2d/texture_layout.ts";
import type { Device } from "../../device.ts";
import type { Texture } from "../../texture_pool.ts";
import { BYTES } from "../../elements.ts";
import type { Tensor } from "../../tensor.ts";

/** Activations in a texture, kept with their tensor until it changes or is freed. */
export class TextureCopy {
  readonly texture: Texture;
  readonly layout: TextureLayout;

  constructor(texture: Texture, layout: TextureLayout) {
    this.texture = texture;
    this.layout = layout;
  }

  free(): void {
    this.texture.free();
  }
}

/** Whether activations of a shape can be copied into a texture of this device. */
export function fitsTexture(device: Device, shape: Quad, room: TextureRoom): boolean {
  return layoutFor(device, shape, room) !== null;
}

/** The copy of `x` with enough room, made if there is none yet. */
export function textureOf(x: Tensor, room: TextureRoom): TextureCopy {
  const { device, storage } = x;
  const shape = x.shape as Quad; // activations have rank 4
  const key = `texture ${x.offset}`;
  const found = storage.copies?.get(key);
  if (found instanceof TextureCopy && serves(found.layout, shape, room)) return found;
  const layout = layoutFor(device, shape, room);
  if (!layout) throw new RangeError(`No texture of this adapter can hold ${x}`);
  const copy = copied(x, layout);
  found?.free();
  const copies = storage.copies ??= new Map();
  copies.set(key, copy);
  device.textures.keep(copy.texture, () => {
    copies.delete(key);
    copy.free();
  });
  return copy;
}

type Quad = readonly [number, number, number, number];

function layoutFor({ gpu }: Device, shape: Quad, room: TextureRoom): TextureLayout | null {
  return textureLayout(shape, room, {
    side: gpu.limits.maxTextureDimension2D,
    layers: gpu.limits.maxTextureArrayLayers,
  });
}

/** Rows of a buffer that is copied to a texture begin at multiples of this. */
const ROW_ALIGNMENT = 256;

function copied(x: Tensor, layout: TextureLayout): TextureCopy {
  const { device } = x;
  const { images, height, width, channels, chunks, margin, rows, perLayer } = layout;
  const bytesPerRow = width * channels * BYTES.f32;
  if (channels % 4 !== 0 || bytesPerRow % ROW_ALIGNMENT !== 0) {
    const texture = device.textures.acquire({ ...textureSize(layout), use: "any" });
    const { uniforms, grid } = textureCopyLaunch(layout);
    device.dispatch(textureCopyKernel(channels % 4 === 0), { x, y: texture }, uniforms, grid);
    return new TextureCopy(texture, layout);
  }
  // The zeros around the images are there from the start and nobody writes over them.
  const use = `${images} of ${height}x${width}x${channels} at ${margin}`;
  const texture = device.textures.acquire({ ...textureSize(layout), use });
  for (let slot = 0; slot < perLayer; slot++) {
    device.copyToTexture(x, texture, {
      skip: slot * height * bytesPerRow,
      bytesPerRow,
      rowsPerLayer: height * perLayer,
      origin: [margin * chunks, slot * rows + margin, 0],
      size: [width * chunks, height, Math.ceil((images - slot) / perLayer)],
    });
  }
  return new TextureCopy(texture, layout);
}

function serves(layout: TextureLayout, shape: Quad, room: TextureRoom): boolean {
  return layout.images === shape[0] && layout.height === shape[1] && layout.width === shape[2] &&
    layout.channels === shape[3] && layout.margin >= room.margin &&
    layout.rows - layout.margin >= room.rows && layout.columns - layout.margin >= room.columns;
}
