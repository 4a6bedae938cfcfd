import type { Device } from "../../core/autograd/device.ts";
import { pluginHashes } from "./load_plugins_deno.ts";
import { withoutSecrets } from "../config/secrets.ts";
import { vulkanDrivers } from "../run/vulkan_drivers_deno.ts";
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
    drivers: await vulkanDrivers(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, gpu.limits[name]])),
    plugins: await pluginHashes(plugins),
    commandLine: Deno.args.filter((word) => word !== "--of-task").map(withoutSecrets),
    started: new Date().toISOString(),
  };
}
