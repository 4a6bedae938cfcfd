import {
  defineKernel,
  type Kernel,
  type Launch,
  linearGrid,
  linearIndex,
  memoKernel,
  read,
  storageTexture,
} from "../kernel.ts";

/** Room that a reader of a texture needs around the pixels of each of its images. */
export interface TextureRoom {
  /** Rows of zeros above and columns of zeros to the left. */
  readonly margin: number;
  /** Rows from the first one of an image on, zeros below it included. */
  readonly rows: number;
  /** Columns likewise. */
  readonly columns: number;
}

/** Largest texture array of a device. */
export interface TextureLimits {
  /** Most texels along an axis. */
  readonly side: number;
  /** Most layers. */
  readonly layers: number;
}

/**
 * How activations `[N, H, W, C]` lie in an array of rgba32float textures. A texel holds four channels
 * of a pixel; the texels of a pixel are neighbours, as in the dense tensor, so that whole images
 * can be copied without a kernel. Zeros around each image save the convolution its bounds tests.
 */
export interface TextureLayout {
  /** Number of images. */
  readonly images: number;
  /** Rows of an image. */
  readonly height: number;
  /** Pixels of a row. */
  readonly width: number;
  /** Channels of a pixel. */
  readonly channels: number;
  /** Groups of four channels. */
  readonly chunks: number;
  /** Rows of zeros above each image, and columns of zeros to its left. */
  readonly margin: number;
  /** Rows and columns of an image with its zeros, in pixels. */
  readonly rows: number;
  /** Columns likewise. */
  readonly columns: number;
  /** Images below each other in a layer: more than one where there are more than layers. */
  readonly perLayer: number;
}

/** The layout with enough room, or null if it exceeds the limits. */
export function textureLayout(
  [images, height, width, channels]: readonly [number, number, number, number],
  room: TextureRoom,
  limits: TextureLimits,
): TextureLayout | null {
  const chunks = Math.ceil(channels / 4), { margin } = room;
  const rows = margin + Math.max(room.rows, height);
  const columns = margin + Math.max(room.columns, width);
  const perLayer = Math.ceil(images / limits.layers);
  if (columns * chunks > limits.side || rows * perLayer > limits.side) return null;
  return { images, height, width, channels, chunks, margin, rows, columns, perLayer };
}

/** Sizes of the texture array. */
export function textureSize(
  { images, chunks, rows, columns, perLayer }: TextureLayout,
): { width: number; height: number; layers: number } {
  return {
    width: columns * chunks,
    height: rows * perLayer,
    layers: Math.ceil(images / perLayer),
  };
}

/** Uniforms of {@linkcode textureCopyKernel}. */
export const TEXTURE_COPY_UNIFORMS = {
  pixels: "u32",
  height: "u32",
  width: "u32",
  channels: "u32",
  chunks: "u32",
  margin: "u32",
  rows: "u32",
  columns: "u32",
  perLayer: "u32",
} as const;

/**
 * Copies dense activations and the zeros around them, for shapes whose rows are no multiples of 256
 * bytes. An invocation writes all channels of one pixel.
 *
 * @param vector Whether the number of channels is a multiple of four.
 */
export function textureCopyKernel(
  vector: boolean,
): Kernel<
  "x" | "y",
  "pixels" | "height" | "width" | "channels" | "chunks" | "margin" | "rows" | "columns" | "perLayer"
> {
  return memoKernel(`texture copy ${vector ? "vec4" : "f32"}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read(vector ? "vec4f" : "f32"), y: storageTexture() },
      uniforms: TEXTURE_COPY_UNIFORMS,
      body: `${linearIndex()}
  if (i >= u.pixels) { return; }
  let column = i % u.columns; let above = i / u.columns;
  let row = above % u.rows; let n = above / u.rows;
  // Left of and above the image these wrap round to large numbers.
  let px = column - u.margin; let py = row - u.margin;
  let inside = px < u.width && py < u.height;
  let at = ((n * u.height + py) * u.width + px) * u.channels;
  for (var c = 0u; c < u.chunks; c++) {
    var v = vec4f(0);
    if (inside) {
      ${
        vector ? "v = x[at / 4u + c];" : `v.x = x[at + c * 4u];
      if (c * 4u + 1u < u.channels) { v.y = x[at + c * 4u + 1u]; }
      if (c * 4u + 2u < u.channels) { v.z = x[at + c * 4u + 2u]; }
      if (c * 4u + 3u < u.channels) { v.w = x[at + c * 4u + 3u]; }`
      }
    }
    let place = vec2u(column * u.chunks + c, n % u.perLayer * u.rows + row);
    textureStore(y, place, n / u.perLayer, v);
  }`,
    }));
}

/** Uniforms and grid of {@linkcode textureCopyKernel}. */
export function textureCopyLaunch(
  layout: TextureLayout,
): Launch<keyof typeof TEXTURE_COPY_UNIFORMS> {
  const { images, height, width, channels, chunks, margin, rows, columns, perLayer } = layout;
  const pixels = images * rows * columns;
  return {
    uniforms: { pixels, height, width, channels, chunks, margin, rows, columns, perLayer },
    grid: linearGrid(Math.ceil(pixels / 64)),
  };
}
