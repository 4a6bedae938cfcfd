import {
  defineKernel,
  type Grid,
  image,
  type Kernel,
  LINEAR_INDEX,
  linearGrid,
  memoKernel,
  read,
} from "../kernel.ts";

/** Room that a reader of an image needs around the pixels of each of its images. */
export interface ImageRoom {
  /** Rows of zeros above and columns of zeros to the left. */
  readonly margin: number;
  /** Rows from the first one of the image on, zeros below it included. */
  readonly rows: number;
  /** Columns likewise. */
  readonly columns: number;
}

/**
 * How activations `[N, H, W, C]` lie in an rgba32float texture. A texel holds four channels of a
 * pixel, a cell the four channels of one image with zeros around it, so that a convolution needs no
 * bounds test. The cells of an image lie below each other, images side by side as the texture's
 * largest height demands: neighbouring pixels stay neighbours in memory.
 */
export interface ImageLayout {
  readonly images: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Groups of four channels. */
  readonly chunks: number;
  readonly margin: number;
  /** Texels of a cell. */
  readonly cellRows: number;
  readonly cellColumns: number;
  /** Images side by side. */
  readonly across: number;
}

/** The layout with enough room, or null if it exceeds the largest side of a texture. */
export function imageLayout(
  [images, height, width, channels]: readonly [number, number, number, number],
  { margin, rows, columns }: ImageRoom,
  largestSide: number,
): ImageLayout | null {
  const chunks = Math.ceil(channels / 4);
  const cellRows = margin + Math.max(rows, height), cellColumns = margin + Math.max(columns, width);
  const below = Math.floor(largestSide / (chunks * cellRows));
  if (below === 0) return null;
  const across = Math.ceil(images / below);
  if (across * cellColumns > largestSide) return null;
  return { images, height, width, channels, chunks, margin, cellRows, cellColumns, across };
}

/** Width and height of the texture. */
export function imageSize(layout: ImageLayout): [width: number, height: number] {
  const { images, across, chunks, cellRows, cellColumns } = layout;
  return [across * cellColumns, Math.ceil(images / across) * chunks * cellRows];
}

/**
 * Copies dense activations into the texture of a layout, zeros around them included. An invocation
 * writes all channels of one pixel.
 *
 * @param vector Whether the number of channels is a multiple of four.
 */
export function imageCopyKernel(vector: boolean): Kernel {
  return memoKernel(`image copy ${vector ? "vec4" : "f32"}`, (key) =>
    defineKernel({
      key,
      bindings: { x: read(vector ? "vec4f" : "f32"), y: image() },
      uniforms: {
        pixels: "u32",
        height: "u32",
        width: "u32",
        channels: "u32",
        chunks: "u32",
        margin: "u32",
        cellRows: "u32",
        cellColumns: "u32",
        across: "u32",
      },
      body: `${LINEAR_INDEX}
  if (i >= u.pixels) { return; }
  let column = i % u.cellColumns; let above = i / u.cellColumns;
  let row = above % u.cellRows; let n = above / u.cellRows;
  // Left of and above the image these wrap round to large numbers.
  let px = column - u.margin; let py = row - u.margin;
  let inside = px < u.width && py < u.height;
  let left = n % u.across * u.cellColumns + column;
  var top = n / u.across * u.chunks * u.cellRows + row;
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
    textureStore(y, vec2u(left, top), v);
    top += u.cellRows;
  }`,
    }));
}

/** Uniforms and grid of {@linkcode imageCopyKernel}. */
export function imageCopyRun(layout: ImageLayout): { uniforms: number[]; grid: Grid } {
  const { images, height, width, channels, chunks, margin, cellRows, cellColumns, across } = layout;
  const pixels = images * cellRows * cellColumns;
  return {
    uniforms: [pixels, height, width, channels, chunks, margin, cellRows, cellColumns, across],
    grid: linearGrid(Math.ceil(pixels / 64)),
  };
}
