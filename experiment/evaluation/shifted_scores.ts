import { BadInput } from "../../core/bad_input.ts";
import { unknownName } from "../../core/names.ts";
import { type LogitScores, scoreLogits } from "../../core/training/metrics/evaluation.ts";
import {
  balpoeShiftedTest,
  COSSL_TEST_GAMMAS,
  cosslShiftedTest,
  type ShiftedTest,
} from "../../datasets/split/shifted_test.ts";
import { adjustToPrior } from "./test_prior.ts";

/** Scores on a test set of other class shares. */
export interface ShiftedScores extends LogitScores {
  /** E.g. `forward50`: as frequent in testing as in training; `backward50` the other way round. */
  readonly name: string;
  /** Largest class over smallest; negative where the last class is the largest. */
  readonly gamma: number;
}

/** Scores on a family of shifted test sets. */
export interface ShiftScores {
  /** Name of the family. */
  readonly shift: string;
  /** From the tail of training to its reverse. */
  readonly rows: readonly ShiftedScores[];
}

/** What {@linkcode shiftedScores} scores. */
export interface ShiftedLogits {
  /** Rows [N, C], row-major. */
  readonly logits: ArrayLike<number>;
  /** True classes [N]. */
  readonly labels: ArrayLike<number>;
  /** Number of classes C. */
  readonly classes: number;
  /** Labeled training samples of each class. */
  readonly trainCounts: ArrayLike<number>;
  /** Adjusts each set's logits to its own class shares, as BalPoE's "with test prior"; no by default. */
  readonly adjust?: boolean;
}

/** Factors of BalPoE's test sets. */
const BALPOE_GAMMAS = [50, 25, 10, 5, 2, 1, -2, -5, -10, -25, -50];

type MakeTest = (labels: ArrayLike<number>, classes: number, gamma: number) => ShiftedTest;

const FAMILIES: ReadonlyMap<
  string,
  { readonly gammas: readonly number[]; readonly make: MakeTest }
> = new Map([
  ["cossl", {
    gammas: COSSL_TEST_GAMMAS,
    make: (labels, classes, gamma) => cosslShiftedTest(labels, { classes, gamma }),
  }],
  ["balpoe", {
    gammas: BALPOE_GAMMAS,
    make: (labels, classes, gamma) =>
      balpoeShiftedTest(labels, { classes, factor: 1 / Math.abs(gamma), reversed: gamma < 0 }),
  }],
]);

/** Names of the families of shifted test sets. */
export const SHIFTS: readonly string[] = [...FAMILIES.keys()];

/**
 * Scores logits on a published family of test sets whose class shares differ from training:
 * `cossl` (20 shapes, γ 512 to −512) or `balpoe` (forward and backward 50, 25, 10, 5, 2, and uniform).
 * Every set is a part of the test images; classes without an image count nowhere.
 *
 * @throws {BadInput} If the family is unknown, or a class has no test image.
 */
export function shiftedScores(
  shift: string,
  { logits, labels, classes, trainCounts, adjust = false }: ShiftedLogits,
): ShiftScores {
  const family = FAMILIES.get(shift);
  if (!family) throw unknownName(shift, "shift", SHIFTS);
  const present = new Set(Array.from(labels));
  if (present.size < classes) {
    throw new BadInput(
      `The test images have ${present.size} of ${classes} classes: shifted test sets are made of all`,
    );
  }
  const rows = family.gammas.map((gamma): ShiftedScores => {
    const { counts, indices } = family.make(labels, classes, gamma);
    const some = new Float64Array(indices.length * classes);
    indices.forEach((image, row) => {
      for (let c = 0; c < classes; c++) some[row * classes + c] = logits[image * classes + c]!; // a test image
    });
    // A class that is not there has a share that no logit makes up for.
    const own = adjust ? adjustToPrior(some, counts.map((n) => n || Number.MIN_VALUE)) : some;
    const scores = scoreLogits({
      logits: own,
      labels: Array.from(indices, (image) => labels[image]!), // likewise
      classes,
      trainCounts,
    });
    return { name: shiftName(gamma), gamma, ...scores };
  });
  return { shift, rows };
}

function shiftName(gamma: number): string {
  return gamma === 1 ? "uniform" : `${gamma > 0 ? "forward" : "backward"}${Math.abs(gamma)}`;
}
