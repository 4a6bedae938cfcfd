import { pathToFileURL } from "node:url";
import { algorithms, type ListedAlgorithm } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";

/**
 * Loads methods from outside: each specifier's default export is an `Algorithm`.
 *
 * @throws {BadInput} If one cannot be loaded, does not export a method, or its name is taken.
 */
export async function loadPlugins(specifiers: readonly string[]): Promise<ListedAlgorithm[]> {
  const loaded: ListedAlgorithm[] = [];
  for (const specifier of specifiers) {
    const url = /^(npm|jsr|https?|file):/.test(specifier)
      ? specifier
      : pathToFileURL(specifier).href;
    let module: { default?: unknown };
    try {
      module = await import(url);
    } catch (error) {
      throw new BadInput(
        `Cannot load the plugin ${specifier}: ${
          (error instanceof Error ? error.message : String(error)).split("\n")[0]
        }`,
      );
    }
    if (!isAlgorithm(module.default)) {
      throw new BadInput(
        `The plugin ${specifier} does not export a method: its default export must come from defineAlgorithm`,
      );
    }
    const { name } = module.default.spec;
    if ([...algorithms, ...loaded].some((a) => a !== module.default && a.spec.name === name)) {
      throw new BadInput(
        `The plugin ${specifier} is called '${name}', as another method is: give it another name`,
      );
    }
    loaded.push(module.default);
  }
  return loaded;
}

function isAlgorithm(value: unknown): value is ListedAlgorithm {
  if (typeof value !== "function" || !("spec" in value)) return false;
  const { spec } = value;
  return typeof spec === "object" && spec !== null && "name" in spec && "kind" in spec &&
    "defaults" in spec;
}
