import type { Split } from "./split.ts";

/**
 * Writes a split as the text of `split.json`.
 *
 * @param classNames Names of the classes in the split's order, to be written with it.
 */
export function formatSplit(split: Split, classNames?: readonly string[]): string {
  return JSON.stringify(
    { ...split, classNames },
    (_, value) => value instanceof Int32Array ? [...value] : value,
  );
}

/**
 * Reads the text of a `split.json`, trusting nothing in it.
 *
 * @param text What {@linkcode formatSplit} wrote, or somebody else.
 * @param name What error messages call it.
 * @throws {SyntaxError} Naming the part that is missing or not of its form.
 *
 * @example There and back
 * ```ts
 * import { formatSplit, makeSplit, parseSplit } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const labels = [0, 1, 0, 1, 0, 1];
 * const pool = { name: "toy", fingerprint: "f00d", classes: 2, labels, testLabels: [1] };
 * const split = makeSplit(pool, { labeledMax: 2, unlabeledMax: 1 });
 * assert.deepEqual(parseSplit(formatSplit(split), "memory"), split);
 * ```
 */
export function parseSplit(text: string, name: string): Split {
  const fail = (why: string): never => {
    throw new SyntaxError(`Cannot read ${name} as a split: ${why}`);
  };
  const object = (value: unknown, what: string): Record<string, unknown> =>
    typeof value === "object" && value !== null && !Array.isArray(value)
      ? value as Record<string, unknown>
      : fail(`${what} is not an object`);
  const naturals = (value: unknown, what: string): number[] =>
    Array.isArray(value) && value.every((v) => Number.isInteger(v) && v >= 0 && v < 2 ** 31)
      ? value
      : fail(`${what} is not a list of whole numbers`);
  const string = (value: unknown, what: string): string =>
    typeof value === "string" ? value : fail(`${what} is not a text`);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    fail("it is not JSON");
  }
  const split = object(json, "the whole"), counts = object(split.counts, "counts");
  const { seed, testFrom } = split;
  return {
    dataset: string(split.dataset, "dataset"),
    fingerprint: string(split.fingerprint, "fingerprint"),
    protocol: string(split.protocol, "protocol"),
    seed: typeof seed === "number" && Number.isSafeInteger(seed) && seed >= 0
      ? seed
      : fail("seed is not a whole number"),
    labeled: Int32Array.from(naturals(split.labeled, "labeled")),
    unlabeled: Int32Array.from(naturals(split.unlabeled, "unlabeled")),
    holdout: Int32Array.from(naturals(split.holdout, "holdout")),
    valid: Int32Array.from(naturals(split.valid ?? [], "valid")),
    test: Int32Array.from(naturals(split.test, "test")),
    counts: {
      labeled: naturals(counts.labeled, "counts.labeled"),
      unlabeled: counts.unlabeled === null ? null : naturals(counts.unlabeled, "counts.unlabeled"),
      test: naturals(counts.test, "counts.test"),
    },
    relabel: split.relabel === null || split.relabel === undefined
      ? null
      : naturals(split.relabel, "relabel"),
    ...testFrom !== undefined && {
      testFrom: testFrom === "train" || testFrom === "none"
        ? testFrom
        : fail("testFrom is neither train nor none"),
    },
  };
}
