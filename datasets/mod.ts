/**
 * Data sets, class counts, splits and the order in which samples are drawn.
 *
 * @module
 */
export * from "./views/augment.ts";
export { type BoxCorners, cutoutBox } from "./views/compile/cutout_box.ts";
export * from "./views/programs/describe_program.ts";
export * from "./views/programs/read_programs.ts";
export * from "./views/view_spec.ts";
export * from "./images/dataset.ts";
export * from "./formats/archive.ts";
export * from "./formats/byte_source.ts";
export * from "./formats/byte_stream.ts";
export { joinImages, type LabeledImages } from "./formats/raw_images.ts";
export * from "./formats/pickle.ts";
export * from "./formats/pickle_values.ts";
export type { ResizeFilter } from "./images/resample_weights.ts";
export * from "./images/resize.ts";
export * from "./split/long_tail.ts";
export * from "./images/memory_dataset.ts";
export * from "./split/label_pool.ts";
export * from "./split/protocols/make_split.ts";
export * from "./split/split.ts";
export * from "./split/protocols/split_options.ts";
export * from "./split/random/mt19937.ts";
export * from "./split/random/numpy_random.ts";
export * from "./split/random/python_random.ts";
export { adelloViews } from "./views/published/adello.ts";
export { type BalpoeViewOptions, balpoeViews } from "./views/published/balpoe.ts";
export { type CosslViewOptions, cosslViews } from "./views/published/cossl.ts";
export { dasoRemixmatchViews, dasoViews, sevalViews } from "./views/published/daso.ts";
export { defaultViews } from "./views/published/default.ts";
export { type ViewOptions } from "./views/published/view_options.ts";
export * from "./views/published/published_views.ts";
export { acrViews, simproViews } from "./views/published/simpro.ts";
export { torchsslViews } from "./views/published/torchssl.ts";
export * from "./loading/samplers/epoch_sampler.ts";
export * from "./loading/samplers/pass_sampler.ts";
export * from "./loading/samplers/weighted_sampler.ts";
export * from "./split/selection/hold_out.ts";
export {
  type CountOptions,
  oneStepCounts,
  twoStepCounts,
  type UnlabeledTail,
} from "./split/selection/published_counts.ts";
export { rankClasses, type Ranking } from "./split/selection/rank_classes.ts";
export * from "./split/selection/take_per_class.ts";
export * from "./sets/cifar.ts";
export * from "./show/inspection.ts";
export * from "./split/split_json.ts";
export * from "./images/synthetic.ts";
export * from "./split/shifted_test.ts";
