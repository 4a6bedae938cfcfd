import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import type { ViewDraw } from "../../core/training/loader.ts";
import { type CompiledViews, compileViews } from "./compile/compile_views.ts";
import { applyPrograms, drawPrograms } from "./programs/run_views.ts";
import { ViewCompiler } from "./compile/view_compiler.ts";
import type { PixelSize, ViewSpec } from "./view_spec.ts";

/** A view that {@linkcode augmentViews} makes. */
export interface NamedView {
  /** How the view is made. */
  readonly spec: ViewSpec;
  /** Names its random numbers; views of one name and one way of making are the same. */
  readonly name: string;
}

/**
 * Makes one view of some images: random decisions and pixels, all on the GPU, in two dispatches.
 *
 * @param images Bytes [count, height, width, 3] on the GPU.
 * @param indices Which images, i32 [n].
 * @param spec What is done to them.
 * @param draw Names the random numbers: row `i` of the result depends on these and `i` alone.
 * @returns Normalised f32 [n, height, width, 3]; the size is the view's.
 * @throws {TypeError} If the images have another shape.
 * @throws {RangeError} If the view cannot be made of images of this size.
 *
 * @example A mirrored image
 * ```ts
 * import { requestDevice } from "@longtail/longtail/core";
 * import { augment, type ViewSpec } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const image = [255, 0, 0, 0, 0, 255]; // a red pixel, then a blue one
 * const images = device.tensor(image, [1, 1, 2, 3], "u8");
 * const mirrored: ViewSpec = {
 *   stages: [{ kind: "flip", probability: 1 }],
 *   mean: [0, 0, 0],
 *   std: [1, 1, 1],
 * };
 * const draw = { seed: 0, step: 0, name: "labeled/weak/0" };
 * const view = augment(images, device.tensor([0], [1], "i32"), mirrored, draw);
 * assert.deepEqual([...await device.read(view)].map(Math.round), [0, 0, 1, 1, 0, 0]);
 * device.destroy();
 * ```
 */
export function augment(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  spec: ViewSpec,
  { seed, step, name }: ViewDraw,
): Tensor {
  return augmentViews(images, indices, [{ spec, name }], { seed, step });
}

/**
 * Makes several views of the same images in two dispatches.
 *
 * @returns Normalised f32 [views × n, height, width, 3]: the first view of all images, then the next.
 * @throws {RangeError} If the views differ in size, or as {@linkcode augment}.
 *
 * @example A weak and a strong view of each image
 * ```ts
 * import { requestDevice } from "@longtail/longtail/core";
 * import { augmentViews, publishedViews } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const images = device.zeros([10, 16, 16, 3], "u8");
 * const half = [0.5, 0.5, 0.5] as const;
 * const { weak, strong } = publishedViews("simpro", { size: 16, mean: half, std: half });
 * const views = [{ spec: weak, name: "weak" }, { spec: strong, name: "strong" }];
 * const batch = device.tensor([3, 1, 4], [3], "i32");
 * const x = augmentViews(images, batch, views, { seed: 1, step: 0 });
 * assert.deepEqual(x.shape, [6, 16, 16, 3]);
 * device.destroy();
 * ```
 */
export function augmentViews(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  views: readonly NamedView[],
  draw: Pick<ViewDraw, "seed" | "step">,
): Tensor {
  return makeViews<"f32">(images, indices, { views, ...draw, output: "f32" });
}

/**
 * The bytes of a view before normalisation, u32 [n, height, width]: red is the lowest byte of a
 * word, then green and blue. For looking at, and for comparing with other software.
 */
export function augmentPixels(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  spec: ViewSpec,
  { name, ...draw }: ViewDraw,
): Tensor<"u32"> {
  const views = [{ spec, name }];
  return makeViews<"u32">(images, indices, { views, ...draw, output: "pixels" });
}

/** The decisions alone, u32 [views × n, words], as `kernels/augment/program.ts` explains them. */
export function drawViews(
  images: Tensor<"u8">,
  views: readonly NamedView[],
  { n, ...draw }: Pick<ViewDraw, "seed" | "step"> & { readonly n: number },
): Tensor<"u32"> {
  const { table, compiled } = tableOf(images, views.map(({ spec }) => spec));
  return drawPrograms(table, compiled, {
    images: n,
    names: views.map(({ name }) => name),
    ...draw,
  });
}

/**
 * Size of a view of images of a size, as networks see it.
 *
 * @throws {RangeError} If the view cannot be made of such images.
 *
 * @example The middle of a resized image
 * ```ts
 * import { type ViewSpec, viewSize } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const middle: ViewSpec = {
 *   stages: [{ kind: "resizeShorter", size: 256 }, { kind: "centerCrop", size: 224 }],
 *   mean: [0.485, 0.456, 0.406],
 *   std: [0.229, 0.224, 0.225],
 * };
 * assert.deepEqual(viewSize(middle, { height: 300, width: 400 }), { height: 224, width: 224 });
 * ```
 */
export function viewSize(spec: ViewSpec, from: PixelSize): PixelSize {
  return new ViewCompiler(spec, from).size;
}

function makeViews<D extends "f32" | "u32">(
  images: Tensor<"u8">,
  indices: Tensor<"i32">,
  { views, output, ...draw }: Pick<ViewDraw, "seed" | "step"> & {
    readonly views: readonly NamedView[];
    readonly output: D extends "f32" ? "f32" : "pixels";
  },
): Tensor<D> {
  const { compiled, table } = tableOf(images, views.map((v) => v.spec));
  const program = drawViews(images, views, { n: indices.size, ...draw });
  const made = applyPrograms<D>(images, indices, { program, table, compiled, output });
  images.device.free(program);
  return made;
}

interface Table {
  readonly compiled: CompiledViews;
  readonly table: Tensor<"u32">;
}

/** Tables made so far, by views and size of the images; they live as long as the device. */
const tables = new WeakMap<Device, Map<string, Table>>();
const numbers = new WeakMap<ViewSpec, number>();
let numbered = 0;

/** The table of some views for the size of some images, made on first use. */
function tableOf(images: Tensor<"u8">, specs: readonly ViewSpec[]): Table {
  const { device, shape } = images;
  const [, height, width, channels] = shape;
  if (shape.length !== 4 || !height || !width || channels !== 3) {
    throw new TypeError(`Cannot augment ${images}: give images of [count, height, width, 3]`);
  }
  let known = tables.get(device);
  if (!known) tables.set(device, known = new Map());
  const key = `${height}x${width}:${specs.map(numberOf)}`;
  let found = known.get(key);
  if (!found) {
    const compiled = compileViews(specs, { height, width });
    const table = device.keep(() => device.tensor(compiled.table, [compiled.table.length], "u32"));
    known.set(key, found = { compiled, table });
  }
  return found;
}

function numberOf(spec: ViewSpec): number {
  let number = numbers.get(spec);
  if (number === undefined) numbers.set(spec, number = ++numbered);
  return number;
}
