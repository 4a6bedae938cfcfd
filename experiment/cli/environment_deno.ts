import type { Device } from "../../core/autograd/device.ts";
import { loadedDrivers } from "./drivers_deno.ts";
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

/** What a run's results may depend on beside its options. */
export function environmentOf({ adapter, gpu }: Device): object {
  return {
    longtail: VERSION,
    ...Deno.version,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    adapter,
    drivers: loadedDrivers(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, gpu.limits[name]])),
    commandLine: Deno.args,
    started: new Date().toISOString(),
  };
}
