/**
 * Writing code out: loops of a template whose rounds become statements of their own.
 *
 * @module
 */

/** Parts of a vec4. */
export const XYZW = ["x", "y", "z", "w"] as const;

/** The numbers 0 … count − 1. */
export function range(count: number): number[] {
  return [...Array(count).keys()];
}

/** All places in an array of these sizes, the last index fastest. */
export function places<const Sizes extends readonly number[]>(
  ...sizes: Sizes
): { -readonly [Axis in keyof Sizes]: number }[] {
  const all = sizes.reduce<number[][]>(
    (before, size) => before.flatMap((place) => range(size).map((k) => [...place, k])),
    [[]],
  );
  return all as { -readonly [Axis in keyof Sizes]: number }[]; // an index a size
}

/** A text for each of 0 … count − 1, each on a line of its own. */
export function each(count: number, text: (k: number) => string): string {
  return range(count).map(text).join("\n");
}
