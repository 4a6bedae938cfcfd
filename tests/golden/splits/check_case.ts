import { defaultSplitOptions } from "../../../datasets/split/protocols/split_options.ts";
import type { LabelPool } from "../../../datasets/split/label_pool.ts";
import type { SplitOptions } from "../../../datasets/split/split.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkIndices, vectorNames } from "./index_vector.ts";

/** Checks `counts` and `totals` of a case whose parameters are rows of settings. */
export function checkCounts(
  c: GoldenCase,
  check: Check,
  countsOf: (setting: readonly number[]) => readonly number[],
): void {
  const rows = (c.params.settings as readonly (readonly number[])[]).map(countsOf);
  check.equal("counts", rows.flat(), c.tensor("counts"));
  check.equal("totals", rows.map((row) => row.reduce((a, b) => a + b, 0)), c.tensor("totals"));
}

/**
 * Checks every vector of a case against what this build says of it, and fails on those it does not
 * know.
 *
 * @param options `vectors`: by name. `labels`: class of each image; `testLabels`: of each that
 * the vector `test` counts. `given`: names of inputs.
 */
export async function checkVectors(
  c: GoldenCase,
  check: Check,
  { vectors, labels, testLabels = labels, given = ["labels"] }: {
    readonly vectors: Readonly<Record<string, ArrayLike<number>>>;
    readonly labels?: ArrayLike<number>;
    readonly testLabels?: ArrayLike<number> | undefined;
    readonly given?: readonly string[];
  },
): Promise<void> {
  for (const name of vectorNames(c)) {
    if (given.includes(name)) continue;
    const got = vectors[name];
    const own = name === "test" ? testLabels : labels;
    if (got) await checkIndices(c, check, { name, got, ...own && { labels: own } });
    else check.fail(name, "nothing is known about this vector");
  }
}

/** A pool as a protocol sees it, with the labels of a case. */
export function poolWith(
  labels: ArrayLike<number>,
  { classes, testLabels = [] }: {
    readonly classes: number;
    readonly testLabels?: ArrayLike<number>;
  },
): LabelPool {
  return { name: "fixture", fingerprint: "", classes, labels, testLabels };
}

/** The default options of a pool with changes. */
export function optionsFor(pool: LabelPool, changes: Partial<SplitOptions>): SplitOptions {
  return defaultSplitOptions(pool, changes);
}
