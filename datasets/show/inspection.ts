import { type Dataset, type ImagePart, type PartName, partNames } from "../images/dataset.ts";
import { classTable } from "./class_table.ts";

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
