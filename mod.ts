/**
 * Long-tailed semi-supervised learning on WebGPU: few labels, many unlabeled images, a long tail of
 * rare classes. Hand-written WGSL kernels, a small autograd core, and every method as a plugin over
 * four hooks: `pseudoLabel`, `mask`, `loss`, `priorUpdate`.
 *
 * ```ts
 * import { fixmatch, smallCnn, syntheticDataset, train } from "@longtail/longtail";
 * import assert from "node:assert/strict";
 *
 * const { evaluation } = await train({
 *   dataset: await syntheticDataset({ size: 16, train: 400, test: 100 }),
 *   model: smallCnn,
 *   algorithm: fixmatch(),
 *   split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
 *   settings: { steps: 5, batch: { labeled: 4, ratio: 2 } },
 * });
 * assert.equal(evaluation.images, 100);
 * ```
 *
 * @module
 */
export * from "./core/mod.ts";
export * from "./algorithms/mod.ts";
export * from "./datasets/mod.ts";
export {
  type Otherwise,
  type Settings,
  train,
  type Trained,
  type TrainOptions,
} from "./experiment/train.ts";
export { type ClassMap, type ModelCard } from "./experiment/network/model_card.ts";
export { type Picture, type Preparation } from "./experiment/network/preparation.ts";
export {
  type DeviceOption,
  loadModel,
  type LoadOptions,
  type ModelOnDevice,
  type Prediction,
  TrainedModel,
  type TrainedModelOptions,
} from "./experiment/network/trained_model.ts";
export {
  type LoaderSettings,
  type RunConfig,
  type SplitSettings,
} from "./experiment/config/run_config.ts";
export { checkPlugin, type PluginTrial } from "./experiment/check_plugin.ts";
export { type Extensions, type NamedDataset } from "./experiment/config/extensions.ts";
export {
  type ShiftedLogits,
  type ShiftedScores,
  shiftedScores,
  SHIFTS,
  type ShiftScores,
} from "./experiment/evaluation/shifted_scores.ts";
export { type Predictions, predictions } from "./experiment/evaluation/predictions.ts";
export { adjustToPrior } from "./experiment/evaluation/test_prior.ts";
