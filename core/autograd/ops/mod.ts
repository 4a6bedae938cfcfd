/**
 * Operations on tensors.
 *
 * @module
 */
export {
  crossEntropy,
  type CrossEntropyOptions,
  type CrossEntropyReduction,
} from "./cross_entropy.ts";
export * from "./extreme.ts";
export * from "./gather.ts";
export * from "./layout.ts";
export * from "./pointwise.ts";
export { type Axes, type ReduceOptions } from "./reduce_axes.ts";
export * from "./reduce.ts";
export { logSoftmax, softmax } from "./softmax.ts";
