import { Buffer } from "node:buffer";
import { basename } from "node:path";

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
