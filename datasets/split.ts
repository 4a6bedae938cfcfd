import type { UnlabeledShape } from "./long_tail.ts";
import type { Pool } from "./pool.ts";

/** What a user can ask of a split; names as in the configuration under `split.`. */
export interface SplitOptions {
  /** Same seed, same split. */
  readonly seed: number;
  /** N1: labeled images of class 0. */
  readonly labeledMax: number;
  /** M1: unlabeled images of the largest class. */
  readonly unlabeledMax: number;
  /** Imbalance of the labeled set, largest class over smallest; at least 1. */
  readonly gammaLabeled: number;
  /** Imbalance of the unlabeled set; at least 1. */
  readonly gammaUnlabeled: number;
  readonly unlabeled: UnlabeledShape;
  /** Unlabeled images of each class, for the shape `counts`. */
  readonly unlabeledCounts: readonly number[] | null;
  /** Labeled images kept back for calibration: below 1 a share of each class, else a number. */
  readonly holdout: number;
}

/** Which image goes where. Indices count training images, in `test` the test images. */
export interface Split {
  readonly dataset: string;
  readonly fingerprint: string;
  readonly protocol: string;
  readonly seed: number;
  readonly labeled: Int32Array;
  /** May hold labeled images too, where a protocol has it so. */
  readonly unlabeled: Int32Array;
  readonly holdout: Int32Array;
  readonly test: Int32Array;
  /** Images of each class; `unlabeled` is null where the labels are not known. */
  readonly counts: {
    readonly labeled: readonly number[];
    readonly unlabeled: readonly number[] | null;
    readonly test: readonly number[];
  };
  /** New class of each class, where a protocol ranks classes by size; else null. */
  readonly relabel: readonly number[] | null;
}

/** What a protocol decides; the rest of a {@linkcode Split} follows from the pool. */
export interface Chosen {
  readonly protocol: string;
  readonly seed: number;
  readonly labeled: ArrayLike<number>;
  readonly unlabeled: ArrayLike<number>;
  readonly holdout?: ArrayLike<number>;
  /** All test images if left out. */
  readonly test?: ArrayLike<number>;
  readonly relabel?: readonly number[] | null;
}

/**
 * Completes what a protocol chose: counts each class, adds where the images come from.
 *
 * @throws {RangeError} If an index is not an image of the pool, a labeled one has no label, or
 * an image is both labeled and held out.
 */
export function completeSplit(pool: Pool, chosen: Chosen): Split {
  const relabel = chosen.relabel ?? null;
  const count = (list: ArrayLike<number>, labels: ArrayLike<number>, what: string) => {
    const counts = new Array<number>(pool.classes).fill(0);
    let unknown = 0;
    for (let i = 0; i < list.length; i++) {
      const label = labels[list[i]!]; // i is inside the list
      if (label === undefined) {
        throw new RangeError(
          `Cannot use image ${list[i]} as ${what}: ${pool.name} has ${labels.length} there`,
        );
      }
      if (label < 0) unknown++;
      else counts[relabel?.[label] ?? label]!++; // readers check labels against `classes`
    }
    return { counts, unknown };
  };
  const labeled = Int32Array.from(chosen.labeled), holdout = Int32Array.from(chosen.holdout ?? []);
  const unlabeled = Int32Array.from(chosen.unlabeled);
  const test = chosen.test
    ? Int32Array.from(chosen.test)
    : Int32Array.from({ length: pool.testLabels.length }, (_, i) => i);
  const known = count(labeled, pool.labels, "a labeled image");
  if (known.unknown > 0) throw new RangeError(`${known.unknown} labeled images have no label`);
  count(holdout, pool.labels, "a held-out image");
  const kept = new Set(labeled);
  if (holdout.some((i) => kept.has(i))) {
    throw new RangeError("Cannot hold out an image that is also trained on");
  }
  const hidden = count(unlabeled, pool.labels, "an unlabeled image");
  return {
    dataset: pool.name,
    fingerprint: pool.fingerprint,
    protocol: chosen.protocol,
    seed: chosen.seed,
    labeled,
    unlabeled,
    holdout,
    test,
    counts: {
      labeled: known.counts,
      unlabeled: hidden.unknown > 0 ? null : hidden.counts,
      test: count(test, pool.testLabels, "a test image").counts,
    },
    relabel,
  };
}
