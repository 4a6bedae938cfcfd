/**
 * Data sets, class counts, splits and the order in which samples are drawn.
 *
 * @module
 */
export * from "./augment.ts";
export { type BoxCorners, cutoutBox } from "./augmentation/compile/cutout_box.ts";
export * from "./augmentation/programs/describe_program.ts";
export * from "./augmentation/programs/read_programs.ts";
export * from "./augmentation/view_size.ts";
export * from "./augmentation/view_recipe.ts";
export * from "./augmentation/view_sheet.ts";
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
export { adelloRecipes } from "./recipes/adello.ts";
export { type BalpoeRecipeOptions, balpoeRecipes } from "./recipes/balpoe.ts";
export { type CosslRecipeOptions, cosslRecipes } from "./recipes/cossl.ts";
export { dasoRecipes, dasoRemixmatchRecipes, sevalRecipes } from "./recipes/daso.ts";
export { defaultRecipes } from "./recipes/default.ts";
export { type RecipeOptions } from "./recipes/recipe_options.ts";
export * from "./recipes/registry.ts";
export { acrRecipes, simproRecipes } from "./recipes/simpro.ts";
export { torchsslRecipes } from "./recipes/torchssl.ts";
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
