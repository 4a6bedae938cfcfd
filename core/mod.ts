/**
 * The training core: tensors, autograd, networks, the training loop.
 *
 * @module
 */
export * from "./bad_input.ts";
export * from "./class_weights.ts";
export { entryOf, named } from "./names.ts";
export * from "./npy.ts";
export * from "./random.ts";
export * from "./round_half_even.ts";
export * from "./safetensors.ts";
export * from "./autograd/mod.ts";
export * from "./nn/mod.ts";
export * from "./training/mod.ts";
