import type { PredictSet, StreamSpec } from "../../core/training/plugin/algorithm.ts";
import type { DrawnBatch, DrawnStream, ImageSet, Loader } from "../../core/training/loader.ts";
import type { Dataset } from "../images/dataset.ts";
import { ImageSets, labelsOf } from "./image_sets.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/pass_sampler.ts";
import { sourceClasses, type Split } from "../split/split.ts";
import { streamSampler } from "./stream_samplers.ts";

/** What {@linkcode SplitDraws} draws from. */
export interface SplitDrawsOptions {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly seed: number;
}

interface Stream {
  readonly set: ImageSet;
  readonly sampler: Sampler;
}

/** Draws the images of each step: a loader but for the images themselves. */
export class SplitDraws {
  readonly data: Loader["data"];
  readonly size: number;
  readonly test: Loader["test"];
  /** Rows of the images that are trained on. */
  readonly sets: ImageSets;
  readonly #seed: number;
  #labeled: Sampler;
  /** The labeled images, with those that were taken in. */
  #known: { readonly images: Int32Array; readonly labels: Int32Array };
  readonly #unlabeled: Sampler | null;
  readonly #streams = new Map<string, Stream>();

  constructor({ dataset, split, seed }: SplitDrawsOptions) {
    const { labeled, unlabeled, holdout, valid, counts } = split;
    this.size = dataset.size;
    this.data = {
      dataset: dataset.name,
      classes: dataset.classNames.length,
      labeled: labeled.length,
      unlabeled: unlabeled.length,
      holdout: holdout.length,
      valid: valid.length,
      counts: counts.labeled,
      ...(split.relabel ? { sourceClasses: sourceClasses(split.relabel) } : {}),
      trueUnlabeledCounts: counts.unlabeled,
    };
    this.test = {
      images: Int32Array.from(split.test, (_, i) => i),
      labels: labelsOf(dataset.test, split.test, split),
    };
    this.sets = new ImageSets(dataset, split);
    this.#seed = seed;
    this.#known = this.#enlarged(new Map());
    this.#labeled = new EpochSampler({ size: labeled.length, seed, name: "labeled" });
    this.#unlabeled = unlabeled.length > 0
      ? new EpochSampler({ size: unlabeled.length, seed, name: "unlabeled" })
      : null;
  }

  next(labeled: number, unlabeled: number): DrawnBatch {
    const known = this.#known, rest = this.sets.of("unlabeled");
    const position = this.#labeled.next(labeled);
    if (unlabeled > 0 && !this.#unlabeled) {
      throw new RangeError("The method needs unlabeled images, but the split has none");
    }
    const other = unlabeled > 0 ? this.#unlabeled!.next(unlabeled) : new Int32Array(); // checked
    // Samplers give positions inside their sets, here and below.
    return {
      labeled: {
        position,
        image: position.map((i) => known.images[i]!),
        y: position.map((i) => known.labels[i]!),
      },
      unlabeled: {
        position: other,
        image: other.map((i) => rest.images[i]!),
        hidden: other.map((i) => this.sets.hidden[i]!),
        isLabeled: Float32Array.from(other, (i) => this.sets.isLabeled[i]!),
      },
    };
  }

  set(name: PredictSet): ImageSet {
    return this.sets.of(name);
  }

  adopt(labels: ReadonlyMap<number, number>, phase: number): void {
    this.#known = this.#enlarged(labels);
    const { length: size } = this.#known.images;
    this.#labeled = new EpochSampler({ size, seed: this.#seed, name: `labeled/${phase}` });
  }

  open(name: string, stream: StreamSpec): void {
    const set = this.sets.of(stream.from);
    const source = { size: set.images.length, labels: set.labels, classes: this.data.classes };
    const sampler = streamSampler(name, stream, { source, seed: this.#seed });
    this.#streams.set(name, { set, sampler });
  }

  nextOf(name: string, images: number): DrawnStream {
    const stream = this.#streams.get(name);
    if (!stream) throw new ReferenceError(`There is no stream '${name}'`);
    const position = stream.sampler.next(images);
    return {
      position,
      image: position.map((i) => stream.set.images[i]!), // positions are inside the set
      y: position.map((i) => stream.set.labels?.[i] ?? -1),
    };
  }

  cursors(): Record<string, number> {
    return {
      labeled: this.#labeled.cursor,
      ...(this.#unlabeled ? { unlabeled: this.#unlabeled.cursor } : {}),
      ...Object.fromEntries(
        [...this.#streams].map(([name, { sampler }]) => [`stream/${name}`, sampler.cursor]),
      ),
    };
  }

  seek(cursors: Readonly<Record<string, number>>): void {
    this.#labeled.seek(cursors.labeled ?? 0);
    this.#unlabeled?.seek(cursors.unlabeled ?? 0);
    for (const [name, { sampler }] of this.#streams) sampler.seek(cursors[`stream/${name}`] ?? 0);
  }

  #enlarged(labels: ReadonlyMap<number, number>) {
    const own = this.sets.of("labeled"), { images } = this.sets.of("unlabeled");
    const others = Int32Array.from(labels.keys(), (i) => images[i]!); // positions are inside the set
    return {
      images: Int32Array.of(...own.images, ...others),
      labels: Int32Array.of(...own.labels!, ...labels.values()), // labeled images have labels
    };
  }
}
