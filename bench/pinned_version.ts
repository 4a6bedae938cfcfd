import config from "./deno.json" with { type: "json" };

/** The version of a package that the bench's `deno.json` pins, such as `0.1.25`. */
export function pinnedVersion(name: keyof typeof config.imports): string {
  const specifier = config.imports[name];
  return specifier.slice(specifier.lastIndexOf("@") + 1);
}
