import type { Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";

/** What a group of the DASO or USB family allows, read from its `tolerance`. */
export interface FamilyTolerance {
  readonly values: Tolerance;
  readonly gradients: Tolerance;
  /** What it allows elsewhere, in its order. */
  readonly others: readonly Tolerance[];
}

/** Reads `rtol X, atol Y ... gradients rtol X, atol Y` of a group. Throws if it says otherwise. */
export function familyTolerance({ groupJson, group }: GoldenCase): FamilyTolerance {
  const stated = /rtol ([\d.e-]+)(?:,| \+) atol ([\d.e-]+)/g;
  const [values, gradients, ...others] = [...String(groupJson.tolerance).matchAll(stated)].map((
    [, relative, absolute],
  ) => ({ relative: Number(relative), absolute: Number(absolute) }));
  if (values && gradients) return { values, gradients, others };
  throw new SyntaxError(
    `The tolerance of ${group} states no rtol and atol of values and gradients`,
  );
}
