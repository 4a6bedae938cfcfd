import type { Split } from "./split.ts";

/**
 * Names of the classes in the order of a split, which some protocols rank by size.
 *
 * @param classNames In the order of the data set.
 */
export function rankedClassNames(
  classNames: readonly string[],
  { relabel }: Pick<Split, "relabel">,
): readonly string[] {
  const names = [...classNames];
  relabel?.forEach((rank, c) => names[rank] = classNames[c]!); // a rank for each class
  return names;
}
