import { z } from "zod";
import { OPTIONS } from "./options.ts";
import type { RunConfig } from "./run_config.ts";

/** What an option is if neither the method's recipe nor the user says. */
export const DEFAULTS: RunConfig = nest(
  [...OPTIONS].map(([key, option]) => [key, option.default] as const),
) as unknown as RunConfig; // the table has a row for each of its properties

/** Every option of a run but those of its methods: types and ranges. */
export const configSchema: z.ZodType<RunConfig> = objectOf(
  nest([...OPTIONS].map(([key, option]) => [key, option.type] as const)),
) as unknown as z.ZodType<RunConfig>; // and so has this

/** Puts dotted keys into sections: `batch.labeled` becomes `labeled` of `batch`. */
export function nest(
  settings: Iterable<readonly [key: string, value: unknown]>,
): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const [key, value] of settings) {
    const path = key.split(".");
    const last = path.pop()!; // a key has a name
    let place = root;
    for (const part of path) {
      if (!Object.hasOwn(place, part)) place[part] = {};
      place = place[part] as Record<string, unknown>; // just made, or by a key before
    }
    place[last] = value;
  }
  return root;
}

function objectOf(shape: Readonly<Record<string, unknown>>): z.ZodType {
  return z.strictObject(Object.fromEntries(
    Object.entries(shape).map(([key, type]) => [
      key,
      type instanceof z.ZodType ? type : objectOf(type as Record<string, unknown>), // a section
    ]),
  ));
}
