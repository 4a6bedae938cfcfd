import { Buffer } from "node:buffer";
import { basename } from "node:path";
import type { Device } from "../../core/autograd/device.ts";
import { pluginHashes } from "./load_plugins_deno.ts";
import config from "../../deno.json" with { type: "json" };

/** Version of this toolkit. */
export const VERSION: string = config.version;

/** Limits that decide what can be trained. */
export const LIMITS = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxStorageBuffersPerShaderStage",
  "maxComputeWorkgroupStorageSize",
  "maxComputeInvocationsPerWorkgroup",
  "maxTextureDimension2D",
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/**
 * What a run's results may depend on beside its options.
 *
 * @param plugins Modules from outside, of which files are told by their SHA-256.
 */
export async function environmentOf(
  { adapter, gpu }: Device,
  plugins: readonly string[],
): Promise<object> {
  return {
    longtail: VERSION,
    ...Deno.version,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    adapter,
    drivers: loadedDrivers(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, gpu.limits[name]])),
    plugins: await pluginHashes(plugins),
    commandLine: Deno.args,
    started: new Date().toISOString(),
  };
}

const DRIVER = /\/lib(vulkan_|GLX_nvidia|nvidia-)[^/]*\.so[.\d]*$/;

/**
 * The Vulkan drivers that this process has loaded, each with its version where it tells: WebGPU does
 * not say which driver an adapter has, and the loader opens all of a machine's. Null where there is
 * no way to know (elsewhere than on Linux).
 */
export function loadedDrivers(): string[] | null {
  let maps: string;
  try {
    maps = Deno.readTextFileSync("/proc/self/maps");
  } catch {
    return null;
  }
  const files = maps.split("\n").map((line) => line.slice(line.indexOf("/")))
    .filter((file) => DRIVER.test(file));
  return [...new Set(files)].sort().map((file) => {
    const version = mesaVersion(file);
    return version ? `${basename(file)} of ${version}` : basename(file);
  });
}

/** The version that Mesa's drivers carry as text; NVIDIA's have it in their file's name. */
function mesaVersion(file: string): string | undefined {
  try {
    const bytes = Buffer.from(Deno.readFileSync(file).buffer);
    for (let at = bytes.indexOf("Mesa "); at >= 0; at = bytes.indexOf("Mesa ", at + 1)) {
      const found = bytes.toString("latin1", at, at + 40).match(/^Mesa \d+\.\d+[-.\w]*/);
      if (found) return found[0];
    }
  } catch { /* the file has gone since it was loaded */ }
  return undefined;
}
