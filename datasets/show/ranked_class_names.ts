import { sourceClasses } from "../split/source_classes.ts";
import type { Split } from "../split/split.ts";

/**
 * Names of the classes in the order of a split, which some protocols rank by size.
 *
 * @param classNames In the order of the data set.
 */
export function rankedClassNames(
  classNames: readonly string[],
  { relabel }: Pick<Split, "relabel">,
): readonly string[] {
  return relabel ? sourceClasses(relabel).map((c) => classNames[c]!) : classNames; // all have names
}
