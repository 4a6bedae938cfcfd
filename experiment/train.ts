import type { Evaluation } from "../core/training/evaluate.ts";
import type { LogRow } from "../core/training/trainer.ts";
import type { Split } from "../datasets/split/split.ts";
import { ClassifierTrainer, type CreateTrainerOptions } from "./create_trainer.ts";
import type { TrainedModel } from "./network/trained_model.ts";

/** What {@linkcode train} trains. */
export interface TrainOptions extends CreateTrainerOptions {
  /** Ends the run after the step it is in: what was trained by then is evaluated and given back. */
  readonly signal?: AbortSignal;
}

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
export async function train({ signal, ...options }: TrainOptions): Promise<Trained> {
  signal?.throwIfAborted();
  using trainer = await ClassifierTrainer.open(options, { testImages: true });
  await trainer.run(signal ? { signal } : {});
  if (trainer.done === 0) signal?.throwIfAborted();
  const log = await trainer.readLog();
  const evaluation = await trainer.evaluate();
  return { evaluation, network: await trainer.network(), split: trainer.split, log };
}
