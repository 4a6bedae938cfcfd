/**
 * Data sets, class counts, splits and the order in which samples are drawn.
 *
 * @module
 */
export * from "./sets/cifar.ts";
export * from "./dataset.ts";
export * from "./formats/labeled_images.ts";
export * from "./long_tail.ts";
export * from "./memory_dataset.ts";
export * from "./pool.ts";
export * from "./protocol.ts";
export * from "./random/mt19937.ts";
export * from "./random/numpy_random.ts";
export * from "./random/python_random.ts";
export * from "./random/torch_random.ts";
export * from "./samplers/epoch_sampler.ts";
export type { Sampler } from "./samplers/sampler.ts";
export * from "./split.ts";
export * from "./split_json.ts";
export * from "./split_options.ts";
export * from "./synthetic.ts";
