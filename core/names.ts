import { closest } from "fastest-levenshtein";
import { BadInput } from "./bad_input.ts";

/**
 * Looks things up by name. What every object has (`constructor`, `__proto__`) is no name.
 *
 * @param things Names and what they stand for, in the order in which messages list them.
 * @param what What such a thing is called, e.g. `data set`.
 * @returns The thing of a name; throws {@linkcode BadInput} that names the nearest where there is none.
 *
 * @example A name that is misspelt
 * ```ts
 * import { named } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const unit = named([["second", 1], ["minute", 60]], "unit");
 * assert.equal(unit("minute"), 60);
 * assert.throws(() => unit("minuet"), {
 *   message: "There is no unit 'minuet'; did you mean 'minute'? Known: second, minute",
 * });
 * ```
 */
export function named<T>(
  things: Iterable<readonly [name: string, thing: T]>,
  what: string,
): (name: string) => T {
  const all = new Map(things);
  return (name) => {
    if (!all.has(name)) throw unknownName(name, what, all.keys());
    return all.get(name) as T; // it has that name
  };
}

/**
 * What a table has under a name. What every object has (`constructor`, `__proto__`) is no entry.
 *
 * @example A data set that is called as every object's function is
 * ```ts
 * import { entryOf } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const sizes = { cifar10: 32, stl10: 96 };
 * assert.equal(entryOf(sizes, "stl10"), 96);
 * assert.equal(entryOf(sizes, "constructor"), undefined);
 * ```
 */
export function entryOf<T>(table: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}

/**
 * The error for a name that nothing has, for those who do not look it up in a list.
 *
 * @param what What such a thing is called.
 * @param names Names that there are.
 */
export function unknownName(name: string, what: string, names: Iterable<string>): BadInput {
  const known = [...names];
  return new BadInput(
    `There is no ${what} '${name}'${didYouMean(name, known)} Known: ${known.join(", ")}`,
  );
}

/** `; did you mean 'x'?` with the nearest of some names; a full stop where there are none. */
export function didYouMean(name: string, names: readonly string[]): string {
  return names.length === 0 ? "." : `; did you mean '${closest(name, [...names])}'?`;
}
