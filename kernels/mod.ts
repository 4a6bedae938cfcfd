/**
 * WGSL kernels as plain data: source, bindings, grid. They know no device.
 *
 * @module
 */
export * from "./arg_reduce.ts";
export * from "./augment/apply_program.ts";
export * from "./augment/program.ts";
export * from "./augment/view_table.ts";
export { type PixelMemory } from "./augment/steps/pixels.ts";
export * from "./batch_norm.ts";
export * from "./conv2d/texture_conv.ts";
export * from "./conv2d/texture_filter.ts";
export * from "./conv2d/texture_layout.ts";
export * from "./conv2d/pack_weights.ts";
export * from "./conv2d/sum_splits.ts";
export * from "./conv2d/tiled_conv.ts";
export * from "./conv2d/tiled_filter.ts";
export * from "./counts.ts";
export * from "./cross_entropy.ts";
export * from "./divergence.ts";
export * from "./column_scaling.ts";
export * from "./draw.ts";
export * from "./enqueue.ts";
export * from "./gather.ts";
export * from "./kernel.ts";
export * from "./layout.ts";
export * from "./matmul.ts";
export * from "./matmul_tiled.ts";
export * from "./optimizer.ts";
export * from "./pointwise.ts";
export * from "./pool.ts";
export * from "./random.ts";
export * from "./reduce.ts";
export * from "./row.ts";
export * from "./softmax.ts";
export * from "./unroll.ts";
