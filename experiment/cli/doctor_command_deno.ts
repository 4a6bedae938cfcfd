import {
  describeAdapter,
  NO_ADAPTER,
  NoAdapterError,
  requestAdapter,
} from "../../core/autograd/adapter.ts";
import { LIMITS, VERSION } from "./environment_deno.ts";
import { vulkanDrivers } from "../run/vulkan_drivers_deno.ts";
import { adapterFlag, preferVulkan } from "./open_adapter_deno.ts";

/** `doctor`: what this machine offers. */
export async function doctorCommand(
  { json = false, adapter: choice }: { readonly json?: boolean; readonly adapter?: string },
): Promise<void> {
  const asked = adapterFlag(choice);
  preferVulkan();
  const adapter = await requestAdapter(asked);
  if (!adapter) throw new NoAdapterError(NO_ADAPTER);
  const memory = Deno.systemMemoryInfo();
  const report = {
    longtail: VERSION,
    deno: Deno.version.deno,
    os: `${Deno.build.os} ${Deno.osRelease()} ${Deno.build.arch}`,
    adapter: describeAdapter(adapter.info),
    drivers: await vulkanDrivers(),
    limits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
    features: [...adapter.features].sort(),
    freeMemory: memory.available,
  };
  if (json) {
    console.log(JSON.stringify(report));
    return;
  }
  const { name, software } = report.adapter;
  console.log(`longtail ${report.longtail}, Deno ${report.deno}, ${report.os}`);
  console.log(`adapter  ${name}${software ? " (software: runs on the CPU)" : ""}`);
  if (report.drivers) console.log(`drivers  ${report.drivers.join(", ")}`);
  for (const [limit, value] of Object.entries(report.limits)) {
    console.log(`  ${limit.padEnd(36)}${value}`);
  }
  console.log(`features ${report.features.join(", ")}`);
  console.log(`free memory ${(report.freeMemory / 2 ** 30).toFixed(1)} GiB`);
}
