/**
 * The plugin API and the trainer.
 *
 * @module
 */
export * from "./plugin/algorithm.ts";
export * from "./plugin/define_algorithm.ts";
export * from "./plugin/host_slots.ts";
export * from "./plugin/needs.ts";
export * from "./plugin/step_slots.ts";
export { checkState, restoreTrainer, saveTrainer, stateHash, stepsOf } from "./checkpoint.ts";
export { checkFileName, type HostFiles, MemoryFiles } from "./plugin/host_files.ts";
export {
  type Capability,
  type DeclaredCapability,
  type DerivedCapability,
  describeCapability,
} from "./plugin/capabilities.ts";
export { checkFit, compose, missingCapabilities, type Stack } from "./plugin/compose.ts";
export { type MergedNeeds, mergeNeeds } from "./plugin/merge_needs.ts";
export { Diverged } from "./diverged.ts";
export { SlotFailed } from "./plugin/slot_failed.ts";
export { type LabelKindSummary, type PriorDistance, priorDistance } from "./log_row.ts";
export { type Evaluation, type EvaluationLogits, type EvaluationOptions } from "./evaluate.ts";
export {
  type DrawnBatch,
  type DrawnStream,
  type DrawSizes,
  type ImageSet,
  type Loader,
  type ViewDraw,
} from "./loader.ts";
export { type LoaderView } from "./loader.ts";
export { HeadTrainer, type HeadTrainerOptions } from "./head_trainer.ts";
export * from "./metrics/mod.ts";
export { type DeclaredNetwork, type Network } from "./step/network.ts";
export { Phases, type RunPlace } from "./phases.ts";
export { PluginState } from "./step/plugin_state.ts";
export * from "./plugin/recipe.ts";
export * from "./take_over.ts";
export { LabelKinds, type ReportedLabels } from "./step/label_kinds.ts";
export { StepLog } from "./step/step_log.ts";
export { type LogRow, Trainer, type TrainerOptions, type TrainerRunOptions } from "./trainer.ts";
export { type TrainerOption, type TrainingConfig } from "./training_config.ts";
