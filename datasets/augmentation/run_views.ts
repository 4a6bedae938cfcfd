import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import { Random } from "../../core/random.ts";
import { applyProgramKernel } from "../../kernels/augment/apply_program.ts";
import { drawProgramKernel } from "../../kernels/augment/draw/draw_program.ts";
import type { PixelMemory } from "../../kernels/augment/steps/pixels.ts";
import { HEAD, STEP } from "../../kernels/augment/program.ts";
import type { CompiledViews } from "./compile_views.ts";
import type { ImageSize } from "./view_recipe.ts";

/** Random numbers of a view, keyed by these and the row in the batch. */
export interface ViewDraw {
  readonly seed: number;
  readonly step: number;
  readonly name: string;
}

/** Records drawing the programs of all views: u32 [views × images, words]; needs no image. */
export function drawPrograms(
  table: Tensor<"u32">,
  { views, steps }: Pick<CompiledViews, "views" | "steps">,
  { images, seed, step, names }: {
    readonly images: number;
    readonly seed: number;
    readonly step: number;
    readonly names: readonly string[];
  },
): Tensor<"u32"> {
  const { device } = table;
  const words = HEAD + STEP * steps;
  const program = device.empty([views * images, words], "u32");
  const keys = names.map((name) => new Random({ seed, step, name }));
  device.dispatch(
    drawProgramKernel(views),
    [table, program],
    [images, words, ...keys[0]!.key, step, ...keys.flatMap(({ counter }) => counter.slice(2))], // a view at least
    [Math.ceil(images / 64), views],
  );
  return program;
}

/** What {@linkcode applyPrograms} needs to know. */
export interface ApplyOptions {
  /** Weights of resizes that programs point to. */
  readonly table: Tensor<"u32">;
  readonly size: ImageSize;
  readonly capacity: number;
  readonly output: "f32" | "pixels";
}

/** Bytes that scratch areas may take; more images share them one after the other. */
const SCRATCH = 64 * 2 ** 20;

/**
 * Invocations of a group and the most groups. A software adapter wants small groups (see the
 * kernel), and few, because each one begins by clearing its memory: 11 µs for images of 32 px.
 */
const SOFTWARE = { workgroup: 8, most: 16 } as const;
const GPU = { workgroup: 256, most: 65535 } as const;

/** Bytes of workgroup memory that statistics take. */
const STATISTICS = 4 * (771 + 256);

/**
 * Records following programs: f32 [rows, height, width, 3], or u32 [rows, height, width] of pixels.
 * Row `i` is made of image `indices[i mod n]`.
 */
export function applyPrograms<D extends "f32" | "u32">(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  program: Tensor<"u32">,
  { table, size, capacity, output }: ApplyOptions,
): Tensor<D> {
  const { device } = images;
  const [, height, width] = images.shape as [number, number, number];
  const [rows, rowWords] = program.shape as [number, number];
  const { memory, words } = pixelMemory(device, capacity);
  const { workgroup, most } = device.software ? SOFTWARE : GPU;
  const limit = memory === "scratch" ? Math.floor(SCRATCH / (8 * words)) : most;
  const groups = Math.max(1, Math.min(rows, most, limit));
  const shape = [rows, size.height, size.width];
  const out = output === "f32" ? device.empty([...shape, 3], "f32") : device.empty(shape, "u32");
  const scratch = memory === "scratch" ? [device.empty([groups, 2, words], "u32")] : [];
  device.dispatch(
    applyProgramKernel({ memory, capacity: words, output, workgroup }),
    [images, indices, program, table, ...scratch, out],
    [rows, indices.size, rowWords, height, width, size.height, size.width, words, 0],
    [groups],
  );
  for (const area of scratch) device.free(area);
  return out as Tensor<D>; // f32 for floats, u32 for pixels, as the caller asks
}

/** Where areas of `capacity` pixels go. Sizes are powers of two where they fit: kernels stay few. */
function pixelMemory(device: Device, capacity: number): { memory: PixelMemory; words: number } {
  if (capacity === 0) return { memory: "none", words: 0 };
  const room = Math.floor((device.gpu.limits.maxComputeWorkgroupStorageSize - STATISTICS) / 8);
  if (capacity > room) return { memory: "scratch", words: capacity };
  return { memory: "workgroup", words: Math.min(2 ** Math.ceil(Math.log2(capacity)), room) };
}
