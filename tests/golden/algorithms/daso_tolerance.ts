import type { Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";

/** What a group of the DASO family allows, read from its `tolerance`. */
export interface FamilyTolerance {
  readonly values: Tolerance;
  readonly gradients: Tolerance;
}

/** Reads `rtol X, atol Y ... gradients rtol X, atol Y` of a group. Throws if it says otherwise. */
export function familyTolerance({ groupJson, group }: GoldenCase): FamilyTolerance {
  const found = [...String(groupJson.tolerance).matchAll(/rtol ([\d.e-]+), atol ([\d.e-]+)/g)];
  const [values, gradients] = found.map(([, relative, absolute]) => ({
    relative: Number(relative),
    absolute: Number(absolute),
  }));
  if (values && gradients) return { values, gradients };
  throw new SyntaxError(
    `The tolerance of ${group} states no rtol and atol of values and gradients`,
  );
}
