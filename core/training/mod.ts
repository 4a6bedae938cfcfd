/**
 * The plugin API and the trainer.
 *
 * @module
 */
export * from "./algorithm.ts";
export { restoreTrainer, saveTrainer, stateHash } from "./checkpoint.ts";
export * from "./class_weights.ts";
export { checkFileName, type HostFiles, MemoryFiles } from "./host_files.ts";
export { compose, type MergedNeeds, mergeNeeds, type Stack } from "./compose.ts";
export { type Evaluation } from "./evaluate.ts";
export {
  type DrawnBatch,
  type DrawnStream,
  type DrawSizes,
  type ImageSet,
  type Loader,
  type ViewDraw,
} from "./loader.ts";
export { type LoaderView } from "./loader_view.ts";
export { HeadTrainer, type HeadTrainerOptions } from "./head_trainer.ts";
export * from "./metrics/mod.ts";
export { type Network } from "./network.ts";
export { Phases } from "./phases.ts";
export { PluginState } from "./plugin_state.ts";
export { type Recipe, type RecipeTarget, type ScheduleKind } from "./recipe.ts";
export { StepLog } from "./step_log.ts";
export { type LogRow, Trainer, type TrainerOptions } from "./trainer.ts";
export { type TrainingConfig } from "./training_config.ts";
export { type UpdateRule } from "./weight_update.ts";
