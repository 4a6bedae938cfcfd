import { type Dataset, type ImagePart, type PartName, partNames } from "../images/dataset.ts";
import { rankedClassNames, type Split } from "../split/split.ts";

/** What a data set holds. */
export interface Inspection {
  /** Name of the data set. */
  readonly name: string;
  /** Height and width of its images, in pixels. */
  readonly size: number;
  /** SHA-256 of what it holds. */
  readonly fingerprint: string;
  /** Names of the classes. */
  readonly classNames: readonly string[];
  /** Images of each part, and of each class where the labels are known. */
  readonly parts: readonly {
    readonly name: PartName;
    readonly images: number;
    /** Images of each class; null where nobody knows. */
    readonly counts: readonly number[] | null;
  }[];
}

/**
 * Counts the images of each part and class.
 *
 * @example The synthetic set is balanced
 * ```ts
 * import { inspect, syntheticDataset } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const { parts } = inspect(await syntheticDataset({ train: 30, test: 10 }));
 * assert.deepEqual(parts[0]?.counts, new Array(10).fill(3));
 * ```
 */
export function inspect(dataset: Dataset): Inspection {
  const { name, size, fingerprint, classNames } = dataset;
  const parts = partNames.flatMap((part) => {
    const images = dataset[part];
    return images ? [{ name: part, images: images.images, counts: countsOf(images, dataset) }] : [];
  });
  return { name, size, fingerprint, classNames, parts };
}

function countsOf({ labels }: ImagePart, { classNames }: Dataset): number[] | null {
  if (!labels) return null;
  const counts = new Array<number>(classNames.length).fill(0);
  for (const label of labels) counts[label]!++; // parts have checked their labels
  return counts;
}

/**
 * An inspection as a table for the terminal: a row a class, with a bar for its training images.
 */
export function formatInspection(
  { name, size, fingerprint, classNames, parts }: Inspection,
): string {
  const known = parts.flatMap(({ name, counts }) => counts ? [{ name, counts }] : []);
  return [
    `${name}: ${classNames.length} classes, ${size} x ${size} px, fingerprint ${fingerprint}`,
    parts.map(({ name, images }) => `${name} ${images}`).join(", "),
    "",
    ...classTable(classNames, known),
  ].join("\n");
}

/**
 * A split as a table for the terminal: a row a class, with a bar for its labeled images.
 *
 * @param classNames Of the data set; where the protocol ranks classes, rows are in its order.
 */
export function formatSplitTable(split: Split, classNames: readonly string[]): string {
  const { dataset, protocol, seed, counts } = split;
  const images = (["labeled", "unlabeled", "holdout", "valid", "test"] as const)
    .filter((list) => split[list].length > 0)
    .map((list) => `${list} ${split[list].length}`);
  return [
    `${dataset} by protocol ${protocol}, seed ${seed}`,
    images.join(", "),
    "",
    ...classTable(rankedClassNames(classNames, split), [
      { name: "labeled", counts: counts.labeled },
      ...(counts.unlabeled ? [{ name: "unlabeled", counts: counts.unlabeled }] : []),
      { name: "test", counts: counts.test },
    ]),
  ].join("\n");
}

/** A column of a table: a number for each class. */
interface ClassColumn {
  readonly name: string;
  readonly counts: readonly number[];
}

/** Width of a bar in characters. */
const BAR = 30;

/** A row a class for the terminal, with a bar for the first column; the head comes first. */
function classTable(
  classNames: readonly string[],
  columns: readonly ClassColumn[],
): string[] {
  const most = Math.max(1, ...columns[0]?.counts ?? []);
  const wide = Math.max(5, ...classNames.map((name) => name.length));
  const cell = (value: string | number) => String(value).padStart(10);
  const rows = classNames.map((name, c) => {
    const bar = "█".repeat(Math.ceil((columns[0]?.counts[c] ?? 0) / most * BAR));
    // Every column counts every class.
    return name.padEnd(wide) + columns.map(({ counts }) => cell(counts[c]!)).join("") + `  ${bar}`;
  });
  return [
    "class".padEnd(wide) + columns.map(({ name }) => cell(name)).join(""),
    ...rows,
  ].map((line) => line.trimEnd());
}
