/**
 * Runs: the way from a data set and a method to scores, their options, and what is made of a trained
 * network. The package's root has the names that most people need of it.
 *
 * @module
 */
export { checkPlugin, type PluginTrial } from "./check_plugin.ts";
export { type Extensions, type NamedDataset } from "./config/extensions.ts";
export { type LoaderSettings, type RunConfig, type SplitSettings } from "./config/run_config.ts";
export {
  ClassifierTrainer,
  createTrainer,
  type CreateTrainerOptions,
  type Otherwise,
  type RunUntil,
  type Settings,
} from "./create_trainer.ts";
export { type Predictions, predictions } from "./evaluation/predictions.ts";
export {
  type ShiftedLogits,
  type ShiftedScores,
  shiftedScores,
  SHIFTS,
  type ShiftScores,
} from "./evaluation/shifted_scores.ts";
export { adjustToPrior } from "./evaluation/test_prior.ts";
export { type ClassMap, type ModelCard } from "./network/model_card.ts";
export { type Picture, type Preparation } from "./network/preparation.ts";
export {
  type DeviceOption,
  loadModel,
  type LoadOptions,
  type ModelOnDevice,
  type Prediction,
  TrainedModel,
  type TrainedModelOptions,
} from "./network/trained_model.ts";
export { train, type Trained, type TrainOptions } from "./train.ts";
