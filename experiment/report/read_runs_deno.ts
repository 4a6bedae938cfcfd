import { BadInput } from "../../core/bad_input.ts";
import { type ReadRun, readRun } from "../run/read_run_deno.ts";

/**
 * Reads run folders; the folder of a sweep stands for all runs in its folder `runs`.
 *
 * @throws {BadInput} If a path is neither, or a file of a run is damaged.
 */
export async function readRuns(paths: readonly string[]): Promise<readonly ReadRun[]> {
  const found = await Promise.all(paths.map(runFolders));
  return await Promise.all([...new Set(found.flat())].map(readRun));
}

async function runFolders(path: string): Promise<readonly string[]> {
  const folder = path.replace(/(.)\/+$/, "$1");
  if (await exists(`${folder}/config.yaml`)) return [folder];
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(`${folder}/runs`)) {
      // A run that has not begun has no options yet.
      if (isDirectory && await exists(`${folder}/runs/${name}/config.yaml`)) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory)) {
      throw error;
    }
  }
  if (names.length === 0) {
    throw new BadInput(
      `${folder} is neither the folder of a run nor of a sweep: it has no config.yaml, and no runs ` +
        "in a folder runs",
    );
  }
  return names.sort().map((name) => `${folder}/runs/${name}`);
}

async function exists(path: string): Promise<boolean> {
  try {
    await Deno.stat(path);
    return true;
  } catch {
    return false;
  }
}
