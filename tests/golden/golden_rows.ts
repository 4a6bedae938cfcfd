import { fileURLToPath } from "node:url";
import { decodeSafetensors, type Stored } from "../../core/safetensors.ts";
import { requestDevice, type RequestDeviceOptions } from "../../core/autograd/request_device.ts";
import type { Device } from "../../core/autograd/device.ts";
import { Check, type Verdict } from "./check.ts";
import { GoldenCase, type GroupJson } from "./golden_case.ts";
import { goldenRunner, matchesGlob } from "./registry.ts";

/** Values that come with the project: what a folder lacks is taken from here. */
const OWN = fileURLToPath(new URL(".", import.meta.url));

/** One line of `golden --json`. */
export interface GoldenRow extends Verdict {
  readonly group: string;
  readonly case: string;
}

/**
 * Checks this build against the golden values of a folder.
 *
 * @param folder Where `NAME.json` and `NAME.safetensors` lie.
 * @param patterns Globs over group names; none means all groups.
 * @param options Which kernels are checked; by default those that the adapter decides on.
 * @returns A row a case, as they finish.
 */
export async function* goldenRows(
  folder: string,
  patterns: readonly string[],
  options: RequestDeviceOptions = {},
): AsyncGenerator<GoldenRow> {
  let opened: Promise<Device> | undefined;
  const device = () => opened ??= requestDevice(options);
  try {
    for (const group of await groups(folder, patterns)) {
      const json = JSON.parse(await Deno.readTextFile(`${folder}/${group}.json`)) as GroupJson;
      const run = await goldenRunner(group);
      const stored = await readStored(folder, group);
      for (const name of Object.keys(json.cases)) {
        const check = new Check();
        if (!run) {
          check.fail("", `no runner knows the group '${group}'`);
        } else {
          const c = new GoldenCase(json, name, stored, async (other) => {
            const found = await readStored(folder, other) ??
              await readStored(OWN, other);
            if (found) return found;
            throw new ReferenceError(`There is no ${other}.safetensors in ${folder}`);
          });
          try {
            await run(c, check, device);
          } catch (error) {
            check.fail("", error instanceof Error ? (error.stack ?? error.message) : String(error));
          }
        }
        yield { group, case: name, ...check.verdict() };
      }
    }
  } finally {
    (await opened)?.destroy();
  }
}

async function groups(folder: string, patterns: readonly string[]): Promise<string[]> {
  const found: string[] = [];
  for await (const entry of Deno.readDir(folder)) {
    const group = entry.name.replace(/\.json$/, "");
    if (group === entry.name) continue;
    if (patterns.length === 0 || patterns.some((p) => matchesGlob(p, group))) found.push(group);
  }
  return found.sort();
}

async function readStored(folder: string, group: string): Promise<Stored | undefined> {
  const path = `${folder}/${group}.safetensors`;
  try {
    return decodeSafetensors(await Deno.readFile(path), path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}
