/**
 * Long-tailed semi-supervised learning on WebGPU: few labels, many unlabeled images, a long tail of
 * rare classes. Hand-written WGSL kernels, a small autograd core, and every method as a plugin over
 * four hooks: `pseudoLabel`, `mask`, `loss`, `priorUpdate`.
 *
 * These are the names that most programs need; `docs/api.md` shows them in ten calls. The other
 * methods are in `/algorithms`, operations on tensors and what networks and methods are made of in
 * `/core`, protocols, views and formats in `/datasets`, options and scores of runs in `/experiment`,
 * files of Deno and Node in `/files`, ONNX in `/onnx`, WGSL in `/kernels`.
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
export { fixmatch, supervised } from "./algorithms/mod.ts";
export {
  type Algorithm,
  BadInput,
  compose,
  defineAlgorithm,
  type Evaluation,
  type LogRow,
  type Model,
  smallCnn,
  wideResNet,
} from "./core/mod.ts";
export { type Dataset, memoryDataset, syntheticDataset } from "./datasets/mod.ts";
export {
  checkPlugin,
  type ClassifierTrainer,
  createTrainer,
  type CreateTrainerOptions,
  loadModel,
  type Picture,
  type Prediction,
  train,
  type Trained,
  type TrainedModel,
  type TrainOptions,
} from "./experiment/mod.ts";
