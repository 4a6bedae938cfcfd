/**
 * Operations on tensors.
 *
 * @module
 */
export * from "./extreme.ts";
export * from "./layout.ts";
export * from "./pointwise.ts";
export { type Axes, type ReduceOptions } from "./reduce_axes.ts";
export * from "./reduce.ts";
export { logSoftmax, softmax } from "./softmax.ts";
