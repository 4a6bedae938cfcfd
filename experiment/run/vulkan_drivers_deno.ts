import { Buffer } from "node:buffer";
import { basename, dirname, join } from "node:path";

/** Where Vulkan's loader looks for the manifests of drivers on Linux, below these folders. */
const MANIFESTS = "vulkan/icd.d";

/** Where a driver lies whose manifest gives its name only. */
const LIBRARIES = [
  ...["/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu"],
  ...["/usr/local/lib64", "/usr/local/lib", "/usr/lib64", "/usr/lib", "/lib64", "/lib"],
];

/**
 * The Vulkan drivers of this machine, each with its version where it tells: WebGPU does not say which
 * one an adapter has, and Vulkan's loader opens all. Null elsewhere than on Linux.
 */
export async function vulkanDrivers(): Promise<string[] | null> {
  if (Deno.build.os !== "linux") return null;
  const found = new Set<string>();
  for (const manifest of await manifests()) {
    const library = await libraryOf(manifest);
    if (library !== undefined) found.add(library);
  }
  return await Promise.all(
    [...found].sort().map(async (file) => {
      const version = await mesaVersion(file);
      return version ? `${basename(file)} of ${version}` : basename(file);
    }),
  );
}

/** Paths of the manifests, as the loader finds them: named ones instead of all, or added to them. */
async function manifests(): Promise<string[]> {
  const list = (name: string) => Deno.env.get(name)?.split(":").filter(Boolean) ?? [];
  const [named = []] = ["VK_DRIVER_FILES", "VK_ICD_FILENAMES"].map(list).filter((l) => l.length);
  const home = Deno.env.get("HOME") ?? "/";
  const folders = named.length > 0 ? [] : [
    Deno.env.get("XDG_CONFIG_HOME") ?? `${home}/.config`,
    ...["/etc/xdg", "/etc", Deno.env.get("XDG_DATA_HOME") ?? `${home}/.local/share`],
    ...["/usr/local/share", "/usr/share"],
  ].map((folder) => `${folder}/${MANIFESTS}`);
  const all = [...named, ...folders, ...list("VK_ADD_DRIVER_FILES")];
  return (await Promise.all(all.map(jsonFiles))).flat();
}

/** The path itself if it is a file's, or the JSON files of a folder. */
async function jsonFiles(path: string): Promise<string[]> {
  try {
    const names: string[] = [];
    for await (const { name } of Deno.readDir(path)) names.push(name);
    return names.filter((name) => name.endsWith(".json")).map((name) => join(path, name));
  } catch (error) {
    return error instanceof Deno.errors.NotADirectory ? [path] : []; // or there is no such folder
  }
}

/** Real path of a manifest's driver, which for NVIDIA's names its version; undefined if it is gone. */
async function libraryOf(manifest: string): Promise<string | undefined> {
  let path: unknown;
  try {
    path = JSON.parse(await Deno.readTextFile(manifest)).ICD.library_path;
  } catch {
    return undefined; // the loader passes over a broken one, too
  }
  if (typeof path !== "string") return undefined;
  const places = path.includes("/")
    ? [join(path.startsWith("/") ? "/" : dirname(manifest), path)]
    : LIBRARIES.map((folder) => join(folder, path));
  for (const place of places) {
    try {
      return await Deno.realPath(place);
    } catch { /* not here */ }
  }
  return undefined;
}

/** The version that Mesa's drivers carry as text; NVIDIA's have it in their file's name. */
async function mesaVersion(file: string): Promise<string | undefined> {
  try {
    const bytes = Buffer.from((await Deno.readFile(file)).buffer);
    for (let at = bytes.indexOf("Mesa "); at >= 0; at = bytes.indexOf("Mesa ", at + 1)) {
      const found = bytes.toString("latin1", at, at + 40).match(/^Mesa \d+\.\d+[-.\w]*/);
      if (found) return found[0];
    }
  } catch { /* it cannot be read */ }
  return undefined;
}
