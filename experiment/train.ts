import type { Dataset } from "../datasets/images/dataset.ts";
import { labelPool } from "../datasets/split/label_pool.ts";
import { type GivenSplit, makeSplit } from "../datasets/split/protocols/make_split.ts";
import { datasetViews } from "../datasets/views/published/published_views.ts";
import type { Views } from "../datasets/views/view_spec.ts";
import { rankedClassNames, type Split } from "../datasets/split/split.ts";
import { requestDevice } from "../core/autograd/request_device.ts";
import { BadInput } from "../core/bad_input.ts";
import type { Device } from "../core/autograd/device.ts";
import type { Model } from "../core/nn/model.ts";
import type { Stored } from "../core/safetensors.ts";
import { saveTrainer } from "../core/training/checkpoint.ts";
import type { Plugin } from "../core/training/plugin/algorithm.ts";
import { compose, type Stack } from "../core/training/plugin/compose.ts";
import type { Evaluation } from "../core/training/evaluate.ts";
import type { HostFiles } from "../core/training/plugin/host_files.ts";
import type { LogRow } from "../core/training/trainer.ts";
import { type Layer, objectLayer } from "./config/layers.ts";
import { resolveSettings } from "./config/resolve.ts";
import type { RunConfig } from "./config/run_config.ts";
import { checkpointModel } from "./network/checkpoint_model.ts";
import { preparationOf } from "./network/preparation.ts";
import type { TrainedModel } from "./network/trained_model.ts";
import { openTrainer } from "./open_trainer.ts";

/** What {@linkcode train} trains. */
export interface TrainOptions {
  /** The images. */
  readonly dataset: Dataset;
  /** The network. */
  readonly model: Model;
  /** A base, or a base with add-ons from `compose`. */
  readonly algorithm: Plugin | Stack;
  /** How the images are dealt out; a split made before will do too. */
  readonly split?: GivenSplit | Split;
  /** What differs from the method's recipe, e.g. `{ steps: 500, batch: { labeled: 8 } }`. */
  readonly settings?: Settings<Omit<RunConfig, Otherwise>>;
  /** How the images are seen; by default as the augmentation has it that the settings name. */
  readonly views?: Views;
  /** Values to start from, by PyTorch's names; random ones by default. */
  readonly weights?: Stored["tensors"];
  /** Where to train; by default the machine's adapter, closed at the end. */
  readonly device?: Device;
  /** Where methods keep files; one object for two runs lets the second read those of the first. */
  readonly files?: HostFiles;
  /** Ends the run after the step it is in: what was trained by then is evaluated and given back. */
  readonly signal?: AbortSignal;
  /** Told each log period's means. */
  onLog?(row: LogRow): void;
  /** Told the scores on the test images every `evaluateEvery` steps and after the last one. */
  onEvaluate?(evaluation: Evaluation, step: number): void;
}

/** Options of a run that {@linkcode train} is given otherwise. */
export type Otherwise =
  | "experiment"
  | "from"
  | "fromPart"
  | "algorithm"
  | "plugins"
  | "dataset"
  | "dataDir"
  | "imageSize"
  | "model"
  | "modelVariant"
  | "weights"
  | "split"
  | "adapter";

/** Some of the options of a run, at any depth. */
export type Settings<T> = {
  readonly [K in keyof T]?: T[K] extends object ? Settings<T[K]> : T[K];
};

/** What {@linkcode train} gives back. */
export interface Trained {
  /** Scores on the test images after the last step. */
  readonly evaluation: Evaluation;
  /** The network that was evaluated, which classifies other images. */
  readonly network: TrainedModel;
  /** Which image was labeled, unlabeled, for testing. */
  readonly split: Split;
  /** The last log period's means. */
  readonly log: LogRow;
}

/**
 * Trains a classifier in memory, evaluates it and gives it back: the library's way in. Writes no files; use the
 * command line for runs that can be resumed.
 *
 * @throws {BadInput} If settings, split, data, model and weights do not fit together, or there are no
 *   test images.
 * @throws The reason of `signal`, if it ends the run before the first step.
 *
 * @example One's own images and network
 * ```ts
 * import { train } from "@longtail/longtail";
 * import { fixmatch } from "@longtail/longtail/algorithms";
 * import { globalAvgPool, type Model } from "@longtail/longtail/core";
 * import { memoryDataset } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * // Two classes, dark and bright, of 8 x 8 pixels.
 * const part = (images: number) => ({
 *   bytes: Uint8Array.from({ length: images * 192 }, (_, i) => (i / 192) % 2 < 1 ? 40 : 200),
 *   labels: Array.from({ length: images }, (_, i) => i % 2),
 * });
 * const dataset = await memoryDataset({
 *   name: "shades",
 *   classNames: ["dark", "bright"],
 *   size: 8,
 *   train: part(60),
 *   test: part(20),
 * });
 * const model: Model = {
 *   name: "mine",
 *   build(b, { classes }) {
 *     const conv = b.conv2d("conv", 3, 4, 3, { padding: 1 });
 *     const norm = b.batchNorm("norm", 4, { activation: { kind: "relu" } });
 *     return {
 *       features: 4,
 *       forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
 *       heads: { main: b.linear("fc", 4, classes) },
 *     };
 *   },
 * };
 * const { evaluation, network } = await train({
 *   dataset,
 *   model,
 *   algorithm: fixmatch({ threshold: 0.9 }),
 *   split: { labeledMax: 6, gammaLabeled: 2, unlabeledMax: 20, gammaUnlabeled: 1 },
 *   settings: { steps: 20, batch: { labeled: 4, ratio: 2 } },
 * });
 * assert.equal(evaluation.images, 20);
 * const picture = { width: 8, height: 8, data: new Uint8Array(192).fill(210) };
 * const [prediction] = await network.predict([picture]);
 * console.log(prediction!.class, prediction!.confidence);
 * await network.dispose();
 * ```
 */
export async function train(options: TrainOptions): Promise<Trained> {
  const { dataset, model, algorithm, signal, onLog, onEvaluate } = options;
  signal?.throwIfAborted();
  const given = "plugins" in algorithm ? algorithm : compose(algorithm);
  const layers: Layer[] = [objectLayer(options.settings ?? {}, "settings")];
  const { config, stack } = resolveSettings(given, dataset.name, layers);
  const split = options.split && "labeled" in options.split
    ? options.split
    : makeSplit(labelPool(dataset), { seed: config.seed, ...options.split });
  if (split.test.length === 0) {
    throw new BadInput(
      `train() evaluates the network, but there are no test images of ${dataset.name}: give it some, or` +
        " set a share of the training images aside, e.g. split: { testShare: 0.2 }",
    );
  }
  const device = options.device ?? await requestDevice();
  try {
    const { views = datasetViews(config.augment, dataset), weights, files } = options;
    const trainer = await openTrainer({
      device,
      dataset,
      split,
      model,
      stack,
      config,
      views,
      ...weights ? { weights } : {},
      ...files ? { files } : {},
    });
    let log: LogRow | undefined, scores: { evaluation: Evaluation; step: number } | undefined;
    const drain = async () => {
      log = await trainer.drain();
      onLog?.(log);
      return log;
    };
    const evaluate = async () => {
      scores = { evaluation: await trainer.evaluate(), step: trainer.done };
      onEvaluate?.(scores.evaluation, scores.step);
      return scores;
    };
    await trainer.run({
      ...signal ? { signal } : {},
      async onStep(done) {
        if (done % config.logEvery === 0 || done === config.steps) await drain();
        if (onEvaluate && done % config.evaluateEvery === 0) await evaluate();
      },
    });
    if (trainer.done === 0) signal?.throwIfAborted();
    if (log?.step !== trainer.done) log = await drain();
    if (scores?.step !== trainer.done) scores = await evaluate();
    const { evaluation } = scores;
    const network = await checkpointModel({
      stored: await saveTrainer(trainer),
      model,
      stack,
      split,
      steps: config.steps,
      classNames: rankedClassNames(dataset.classNames, split),
      preparation: preparationOf(dataset, views.identity),
      device: options.device,
    });
    return { evaluation, network, split, log };
  } finally {
    if (!options.device) device.destroy();
  }
}
