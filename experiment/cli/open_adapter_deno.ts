import type { Device } from "../../core/autograd/device.ts";
import { ADAPTER_CHOICES, type AdapterChoice } from "../../core/autograd/adapter.ts";
import { requestDevice } from "../../core/autograd/request_device.ts";
import { BadInput } from "../../core/bad_input.ts";
import { tell } from "../run/progress_deno.ts";

/**
 * Makes Deno ask Vulkan on Linux: otherwise it falls back to an OpenGL adapter that lacks half of
 * what is needed. To be called before the first adapter is asked for.
 */
export function preferVulkan(): void {
  if (Deno.build.os === "linux" && !Deno.env.get("DENO_WEBGPU_BACKEND")) {
    Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
  }
  // The driver complains on standard error where this is missing, and needs nothing of it.
  if (Deno.build.os === "linux" && !Deno.env.get("XDG_RUNTIME_DIR")) {
    Deno.env.set("XDG_RUNTIME_DIR", Deno.env.get("TMPDIR") ?? "/tmp");
  }
}

/**
 * Which adapter `--adapter` means; the fastest where it is not given.
 *
 * @throws {BadInput} If there is no such choice.
 */
export function adapterFlag(given: string = ADAPTER_CHOICES[0]): AdapterChoice {
  const choice = ADAPTER_CHOICES.find((name) => name === given);
  if (choice) return choice;
  throw new BadInput(`--adapter is '${given}': give one of ${ADAPTER_CHOICES.join(", ")}`);
}

/** Opens the adapter of a choice and says on standard error which one it is. */
export async function openAdapter(
  choice: AdapterChoice,
  { quiet = false }: { quiet?: boolean } = {},
): Promise<Device> {
  preferVulkan();
  const device = await requestDevice({ adapter: choice });
  if (!quiet) {
    const { name, software } = device.adapter;
    tell(`adapter: ${name}${software ? " (software: runs on the CPU)" : ""}`);
  }
  return device;
}
