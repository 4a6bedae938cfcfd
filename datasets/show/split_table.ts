import { rankedClassNames, type Split } from "../split/split.ts";
import { classTable } from "./class_table.ts";

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
