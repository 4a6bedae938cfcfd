/**
 * Data sets, class counts, splits and the order in which samples are drawn.
 *
 * @module
 */
export * from "./dataset.ts";
export * from "./formats/archive.ts";
export * from "./formats/byte_source.ts";
export * from "./formats/byte_stream.ts";
export * from "./formats/labeled_images.ts";
export * from "./formats/pickle.ts";
export * from "./formats/pickle_values.ts";
export * from "./formats/resize.ts";
export * from "./long_tail.ts";
export * from "./memory_dataset.ts";
export * from "./pool.ts";
export * from "./protocols/protocol.ts";
export * from "./protocols/split_options.ts";
export * from "./random/mt19937.ts";
export * from "./random/numpy_random.ts";
export * from "./random/python_random.ts";
export * from "./random/torch_random.ts";
export * from "./samplers/bucket_sampler.ts";
export * from "./samplers/class_aware_sampler.ts";
export * from "./samplers/distributed_sampler.ts";
export * from "./samplers/epoch_sampler.ts";
export * from "./samplers/pass_sampler.ts";
export * from "./samplers/sampler.ts";
export * from "./samplers/torch_sampler.ts";
export * from "./samplers/usb_sampler.ts";
export * from "./samplers/weighted_sampler.ts";
export * from "./selection/balanced_subset.ts";
export * from "./selection/hold_out.ts";
export * from "./selection/published_counts.ts";
export * from "./selection/rank_classes.ts";
export * from "./selection/take_per_class.ts";
export * from "./sets/cifar.ts";
export * from "./store/contact_sheet.ts";
export * from "./store/inspection.ts";
export * from "./split.ts";
export * from "./split_json.ts";
export * from "./synthetic.ts";
export * from "./test_shift.ts";
