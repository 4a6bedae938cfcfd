import type { PredictSet } from "../../core/training/plugin/host_slots.ts";
import type { StreamSpec } from "../../core/training/plugin/needs.ts";
import type { DrawnBatch, DrawnStream, ImageSet, Loader } from "../../core/training/loader.ts";
import type { Dataset } from "../images/dataset.ts";
import { ImageSets, labelsOf, readTrainImages, testPart } from "./image_sets.ts";
import { EpochSampler } from "./samplers/epoch_sampler.ts";
import type { Sampler } from "./samplers/pass_sampler.ts";
import { sourceClasses, type Split } from "../split/split.ts";
import { setSampler } from "./set_sampler.ts";

/** What {@linkcode SplitDraws} draws from, and how. */
export interface SplitDrawsOptions {
  readonly dataset: Dataset;
  readonly split: Split;
  readonly seed: number;
  /**
   * How labeled images are drawn: `uniform`, the default, epoch by epoch; `class-aware` with
   * replacement, by (1 − β) / (1 − βⁿ) for n images of a class, as DASO's sampler of that name.
   */
  readonly sampler?: "uniform" | "class-aware";
  /** β of `class-aware`; 0.999 by default. */
  readonly samplerBeta?: number;
}

interface Stream {
  readonly set: ImageSet;
  readonly sampler: Sampler;
}

/**
 * Draws the images of each step and reads their bytes: what both loaders have in common. Places are
 * rows here.
 */
export class SplitDraws {
  readonly data: Loader["data"];
  readonly size: number;
  readonly test: Loader["test"];
  /** Rows of the images that are trained on. */
  readonly sets: ImageSets;
  readonly #options: SplitDrawsOptions;
  #labeled: Sampler;
  /** The labeled images, with those that were taken in. */
  #known: { readonly rows: Int32Array; readonly labels: Int32Array };
  readonly #unlabeled: Sampler | null;
  readonly #streams = new Map<string, Stream>();

  constructor(options: SplitDrawsOptions) {
    const { dataset, split, seed } = options;
    const { unlabeled } = split;
    this.#options = options;
    this.size = dataset.size;
    this.data = splitInfo(dataset, split);
    this.test = {
      rows: Int32Array.from(split.test, (_, row) => row),
      labels: labelsOf(testPart(dataset, split), split.test, split),
    };
    this.sets = new ImageSets(dataset, split);
    this.#known = this.#enlarged(new Map());
    this.#labeled = this.#labeledSampler("labeled");
    this.#unlabeled = unlabeled.length > 0
      ? new EpochSampler({ size: unlabeled.length, seed, name: "unlabeled" })
      : null;
  }

  /** Bytes of the images of some rows, one after the other. */
  async read(part: "train" | "test", rows: Int32Array): Promise<Uint8Array> {
    const { dataset, split } = this.#options;
    // Rows are those that sets and test have handed out.
    if (part === "test") {
      return await testPart(dataset, split).read(rows.map((row) => split.test[row]!));
    }
    return await readTrainImages(dataset, rows.map((row) => this.sets.images[row]!));
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
        place: position.map((i) => known.rows[i]!),
        y: position.map((i) => known.labels[i]!),
      },
      unlabeled: {
        position: other,
        place: other.map((i) => rest.rows[i]!),
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
    this.#labeled = this.#labeledSampler(`labeled/${phase}`);
  }

  open(name: string, stream: StreamSpec): void {
    const set = this.sets.of(stream.from), { classes } = this.data, { seed } = this.#options;
    const sampler = setSampler(
      { name: `stream/${name}`, size: set.rows.length, labels: set.labels, classes },
      { ...stream, seed },
    );
    this.#streams.set(name, { set, sampler });
  }

  nextOf(name: string, images: number): DrawnStream {
    const stream = this.#streams.get(name);
    if (!stream) throw new ReferenceError(`There is no stream '${name}'`);
    const position = stream.sampler.next(images);
    return {
      position,
      place: position.map((i) => stream.set.rows[i]!), // positions are inside the set
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

  #labeledSampler(name: string): Sampler {
    const { rows: { length: size }, labels } = this.#known, { classes } = this.data;
    const { seed, sampler = "uniform", samplerBeta } = this.#options;
    return setSampler({ name, size, labels, classes }, {
      sampler: sampler === "uniform" ? "uniform" : "effective-number",
      seed,
      ...(samplerBeta !== undefined && { beta: samplerBeta }),
    });
  }

  #enlarged(labels: ReadonlyMap<number, number>) {
    const own = this.sets.of("labeled"), { rows } = this.sets.of("unlabeled");
    const others = Int32Array.from(labels.keys(), (i) => rows[i]!); // positions are inside the set
    const join = (a: Int32Array, b: Int32Array) => {
      const both = new Int32Array(a.length + b.length);
      both.set(a);
      both.set(b, a.length);
      return both;
    };
    return {
      rows: join(own.rows, others),
      labels: join(own.labels!, Int32Array.from(labels.values())), // labeled images have labels
    };
  }
}

/** What methods may know of the data, without reading an image. */
export function splitInfo(
  dataset: Pick<Dataset, "name" | "classNames">,
  split: Split,
): Loader["data"] {
  const { labeled, unlabeled, holdout, valid, counts, relabel } = split;
  return {
    dataset: dataset.name,
    classes: dataset.classNames.length,
    labeled: labeled.length,
    unlabeled: unlabeled.length,
    holdout: holdout.length,
    valid: valid.length,
    counts: counts.labeled,
    ...(relabel ? { sourceClasses: sourceClasses(relabel) } : {}),
    trueUnlabeledCounts: counts.unlabeled,
  };
}
