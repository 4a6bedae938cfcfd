import { dirname, relative } from "node:path";
import { pathToFileURL } from "node:url";
import { BadInput } from "../../core/bad_input.ts";
import {
  type Extensions,
  extensionsOf,
  joinExtensions,
  NO_EXTENSIONS,
} from "../config/extensions.ts";
import { userPath } from "./user_files_deno.ts";

/** Whether a specifier names a package or an address, and no path. */
export function isPackage(specifier: string): boolean {
  return /^(npm|jsr|https?|file):/.test(specifier);
}

/** A module's path as the user meant it; packages and addresses stay what they are. */
export function pluginPath(specifier: string): string {
  return isPackage(specifier) ? specifier : userPath(specifier);
}

/** Which module has brought a method, by the method's name. */
const origins = new Map<string, string>();

/** The module from outside that has brought a method; undefined for the toolkit's own. */
export function pluginOf(method: string): string | undefined {
  return origins.get(method);
}

/**
 * Loads modules from outside, which runs their code.
 *
 * @param specifiers Packages, addresses, and files relative to where the user called.
 * @throws {BadInput} If one cannot be loaded, brings nothing or something whose name is taken.
 */
export async function loadPlugins(specifiers: readonly string[]): Promise<Extensions> {
  let loaded = NO_EXTENSIONS;
  for (const specifier of new Set(specifiers.map(pluginPath))) {
    const url = isPackage(specifier) ? specifier : pathToFileURL(specifier).href;
    let module: Record<string, unknown>;
    try {
      module = await import(url);
    } catch (error) {
      throw new BadInput(
        `Cannot load the plugin ${specifier}: ${
          (error instanceof Error ? error.message : String(error)).split("\n")[0]
        }`,
      );
    }
    const brought = extensionsOf(module, specifier, loaded);
    for (const { spec: { name } } of brought.algorithms) origins.set(name, specifier);
    loaded = joinExtensions(loaded, brought);
  }
  return loaded;
}

/** SHA-256 of each plugin that is a file, by its path: what `environment.json` remembers of them. */
export async function pluginHashes(
  specifiers: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  const hashes: [string, string][] = [];
  for (const path of specifiers) {
    if (!isPackage(path)) hashes.push([path, await hashOf(path)]);
  }
  return Object.fromEntries(hashes);
}

/**
 * Refuses to run code only because a file of options names it: the file may be somebody else's. What a
 * run has loaded before is loaded again as long as it is the same file, and none of the run's folder.
 *
 * @param specifiers What the file names.
 * @param file Path of `config.yaml`; `environment.json` beside it remembers what was loaded.
 * @throws {BadInput} That names the plugin and says how to allow it.
 */
export async function requireTrusted(specifiers: readonly string[], file: string): Promise<void> {
  const folder = dirname(file);
  const remembered = await rememberedHashes(folder);
  for (const specifier of specifiers) {
    if (!isPackage(specifier) && !await isInside(folder, specifier)) {
      const hash = remembered.get(specifier);
      if (hash !== undefined && hash === await hashOf(specifier)) continue;
    }
    throw new BadInput(
      `${file} names the plugin ${specifier}, whose code would run here: give --plugin ${specifier} ` +
        "if you trust it",
    );
  }
}

async function rememberedHashes(folder: string): Promise<ReadonlyMap<string, unknown>> {
  try {
    const environment: unknown = JSON.parse(
      await Deno.readTextFile(`${folder}/environment.json`),
    );
    const { plugins } = environment as { readonly plugins?: object }; // null and texts have none
    return new Map(Object.entries(plugins ?? {}));
  } catch {
    return new Map(); // no run's folder, or a damaged one: nothing is remembered
  }
}

async function isInside(folder: string, path: string): Promise<boolean> {
  try {
    const [parent, child] = await Promise.all([Deno.realPath(folder), Deno.realPath(path)]);
    return !relative(parent, child).startsWith("..");
  } catch {
    return false; // there is no such file, which loading it will say
  }
}

async function hashOf(path: string): Promise<string> {
  try {
    const digest = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
    return new Uint8Array(digest).toHex();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadInput(`Cannot read the plugin ${path}: ${error.message}`);
  }
}
