/**
 * Operations on tensors.
 *
 * @module
 */
export {
  batchNorm,
  type BatchNormActivation,
  type BatchNormMode,
  type BatchNormOptions,
} from "./batch_norm.ts";
export { cast } from "./cast.ts";
export { type ClassQueue, enqueue, queueMeans } from "./class_queue.ts";
export { conv2d, type Conv2dOptions } from "./conv2d.ts";
export {
  crossEntropy,
  type CrossEntropyOptions,
  type CrossEntropyReduction,
} from "./cross_entropy.ts";
export * from "./divergence.ts";
export * from "./extreme.ts";
export * from "./gather.ts";
export * from "./layout.ts";
export { linear, matmul, type MatmulOptions } from "./matmul.ts";
export { mixup } from "./mixup.ts";
export * from "./pointwise.ts";
export { avgPool2d, globalAvgPool, maxPool2d, type PoolOptions } from "./pool.ts";
export { quarterTurns } from "./quarter_turns.ts";
export * from "./random.ts";
export { type Axes, type ReduceOptions } from "./reduce_axes.ts";
export * from "./reduce.ts";
export { logSoftmax, softmax } from "./softmax.ts";
