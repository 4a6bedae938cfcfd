import type { ScoredLogits } from "../../core/training/metrics/evaluation.ts";
import { softmaxRows } from "../../core/training/metrics/logit_rows.ts";
import type { Dataset } from "../../datasets/images/dataset.ts";
import { labelsOf, testPart } from "../../datasets/loading/image_sets.ts";
import type { Split } from "../../datasets/split/split.ts";
import type { TrainedModel } from "../network/trained_model.ts";

/** What a network says of the test images: what every score is made of. */
export interface Predictions extends ScoredLogits {
  /** Number of each image [N], as the split lists it. */
  readonly images: Int32Array;
  /** Rows [N, C], row-major. */
  readonly logits: Float32Array;
  /** Softmax of the logits [N, C], row-major. */
  readonly probabilities: Float64Array;
  /** True classes [N], in the run's order. */
  readonly labels: Int32Array;
}

/** Images that are read at a time. */
const CHUNK = 512;

/**
 * Predictions of the test images of a data set by the network that `train()` returned, for the scores
 * that an evaluation has and for those that it has not.
 *
 * @param trained The network, and the split of its training: which images are tests.
 * @param dataset What it was trained on.
 * @throws {TypeError} If the split is of another data set.
 * @throws {BadInput} If a method changes logits in a way that no file can hold.
 *
 * @example The evaluation's own scores, and one of the user's
 * ```ts
 * import { smallCnn, supervised, syntheticDataset, train } from "@longtail/longtail";
 * import { scoreLogits } from "@longtail/longtail/core";
 * import { predictions } from "@longtail/longtail/experiment";
 * import assert from "node:assert/strict";
 *
 * const dataset = await syntheticDataset({ size: 16, train: 400, test: 50 });
 * const trained = await train({
 *   dataset,
 *   model: smallCnn,
 *   algorithm: supervised(),
 *   split: { labeledMax: 8, gammaLabeled: 4 },
 *   settings: { steps: 5, batch: { labeled: 4 } },
 * });
 * const found = await predictions(trained, dataset);
 * assert.equal(scoreLogits(found).top1, trained.evaluation.top1);
 * const { probabilities, labels, classes } = found;
 * const ofTruth = Array.from(labels, (label, i) => probabilities[i * classes + label]!);
 * console.log("least probability of a true class", Math.min(...ofTruth));
 * await trained.network.dispose();
 * ```
 */
export async function predictions(
  { network, split }: { readonly network: TrainedModel; readonly split: Split },
  dataset: Dataset,
): Promise<Predictions> {
  if (dataset.fingerprint !== split.fingerprint) {
    throw new TypeError(
      `The network was trained on ${split.dataset}, of which the images given are not; its split names no test images of ${dataset.name}`,
    );
  }
  const { test: images, counts } = split, classes = dataset.classNames.length;
  const part = testPart(dataset, split);
  const logits = new Float32Array(images.length * classes);
  for (let from = 0; from < images.length; from += CHUNK) {
    const bytes = await part.read(images.subarray(from, from + CHUNK));
    logits.set(await network.logits(bytes), from * classes);
  }
  return {
    images,
    logits,
    probabilities: softmaxRows(logits, classes),
    labels: labelsOf(part, images, split),
    classes,
    trainCounts: counts.labeled,
  };
}
