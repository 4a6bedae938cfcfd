import type { Model } from "../nn/model.ts";
import type { Loader } from "./loader.ts";
import { checkFit, type Stack } from "./plugin/compose.ts";
import { type MergedNeeds, mergeNeeds } from "./plugin/merge_needs.ts";
import type { BatchSizes, DataInfo, StreamSpec } from "./plugin/needs.ts";
import { declareNetwork, featuresOf } from "./step/network.ts";

/** What a run is made of, as far as it is known before an image is read. */
export interface CheckedRun {
  /** The network. */
  readonly model: Model;
  /** The methods. */
  readonly stack: Stack;
  /** What is known of the data. */
  readonly data: Loader["data"];
  /** Width and height of the images. */
  readonly size: number;
  /** How many images a step draws. */
  readonly batch: BatchSizes;
}

/**
 * What methods ask for of some data. Whatever would leave a step without an image that they need is
 * found here, before any work.
 *
 * @throws {TypeError} If methods, data, network and batches do not fit together.
 */
export function checkRun(
  { model, stack, data: known, size, batch }: CheckedRun,
): { readonly data: DataInfo; readonly needs: MergedNeeds } {
  const input = { classes: known.classes, size };
  const data = { ...known, features: featuresOf(model, input) };
  checkFit(stack, data, batch);
  const needs = mergeNeeds(stack, data);
  if (needs.unlabeled.length > 0) {
    if (data.unlabeled === 0) {
      throw new TypeError(
        `'${stack.name}' needs unlabeled images, but the split of ${data.dataset} has none: give some, or take fewer as labeled`,
      );
    }
    if (batch.unlabeled === 0) {
      throw new TypeError(
        `'${stack.name}' needs unlabeled images, but a step of ${batch.labeled} labeled ones has none: give a larger batch.ratio`,
      );
    }
  }
  declareNetwork(model, input, needs);
  for (const [name, stream] of Object.entries(needs.streams)) {
    requireStream(name, stream, { stack, data });
  }
  return { data, needs };
}

/** Refuses a stream that has nothing to draw, or draws nothing. */
function requireStream(
  name: string,
  { from, batch }: StreamSpec,
  { stack, data }: { readonly stack: Stack; readonly data: DataInfo },
): void {
  const images = {
    labeled: data.labeled,
    unlabeled: data.unlabeled,
    all: data.labeled + data.unlabeled,
  }[from];
  if (images === 0) {
    throw new TypeError(
      `The stream '${name}' of '${stack.name}' draws ${from} images, but the split of ${data.dataset} has none`,
    );
  }
  if (batch !== undefined && !(Number.isInteger(batch) && batch >= 1)) {
    throw new TypeError(
      `The stream '${name}' of '${stack.name}' draws ${batch} images a step: give a whole number of at least 1`,
    );
  }
}
