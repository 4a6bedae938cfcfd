import type { Tensor } from "../../../core/autograd/tensor.ts";
import { Random } from "../../../core/random.ts";
import { applyProgramKernel } from "../../../kernels/augment/apply_program.ts";
import { drawProgramKernel, type NameUniform } from "../../../kernels/augment/draw/draw_program.ts";
import { HEAD, STEP } from "../../../kernels/augment/program.ts";
import type { UniformValues } from "../../../kernels/kernel.ts";
import { planApply } from "./apply_plan.ts";
import type { CompiledViews } from "../compile/compile_views.ts";

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
  const [seedLow, seedHigh] = keys[0]!.key; // there is a view, and the seed is that of all
  device.dispatch(
    drawProgramKernel(views),
    { table, program },
    { images, rowWords: words, seedLow, seedHigh, step, ...nameUniforms(keys) },
    [Math.ceil(images / 64), views],
  );
  return program;
}

/** The words of the views' names. */
function nameUniforms(keys: readonly Random[]): UniformValues<NameUniform> {
  const uniforms: Record<NameUniform, number> = {};
  keys.forEach(({ counter: [, , low, high] }, i) => {
    uniforms[`low${i}`] = low;
    uniforms[`high${i}`] = high;
  });
  return uniforms;
}

/**
 * Records following programs: f32 [rows, height, width, 3], or u32 [rows, height, width] of pixels.
 * Row `i` is made of image `indices[i mod n]`; the table has the weights of resizes.
 */
export function applyPrograms<D extends "f32" | "u32">(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  { program, table, compiled, output }: {
    readonly program: Tensor<"u32">;
    readonly table: Tensor<"u32">;
    readonly compiled: CompiledViews;
    readonly output: "f32" | "pixels";
  },
): Tensor<D> {
  const { device } = images;
  const [, height, width] = images.shape as [number, number, number];
  const [rows, rowWords] = program.shape as [number, number];
  const { memory, words, workgroup, groups } = planApply(device, compiled, rows);
  const { size, codes } = compiled;
  const shape = [rows, size.height, size.width];
  const out = output === "f32" ? device.empty([...shape, 3], "f32") : device.empty(shape, "u32");
  const scratch = memory === "scratch" ? device.empty([groups, 2, words], "u32") : undefined;
  device.dispatch(
    applyProgramKernel({ memory, capacity: words, output, workgroup, codes }),
    { images, indices, program, table, scratch, out },
    {
      rows,
      images: indices.size,
      rowWords,
      height,
      width,
      outHeight: size.height,
      outWidth: size.width,
      capacity: words,
      zero: 0,
    },
    [groups],
  );
  if (scratch) device.free(scratch);
  return out as Tensor<D>; // f32 for floats, u32 for pixels, as the caller asks
}
