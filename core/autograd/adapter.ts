/// <reference types="@webgpu/types" />
/** Which adapter to ask for. */
export type AdapterChoice = (typeof ADAPTER_CHOICES)[number];

/** Every {@linkcode AdapterChoice}. */
export const ADAPTER_CHOICES = ["high-performance", "low-power", "fallback"] as const;

/** What is known about an adapter. */
export interface AdapterInfo {
  /** A name for people, e.g. `llvmpipe (LLVM 15.0.6, 256 bits)`. */
  readonly name: string;
  /** Who made it, as the driver says. */
  readonly vendor: string;
  /** Family of the hardware, as the driver says; often empty. */
  readonly architecture: string;
  /** Whether the adapter computes on the CPU. */
  readonly software: boolean;
}

const SOFTWARE = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

/** Describes an adapter; a software one is told by its fallback flag or, failing that, its name. */
export function describeAdapter(info: GPUAdapterInfo): AdapterInfo {
  const name = info.description || info.device || info.vendor || "unnamed adapter";
  const flagged = (info as { isFallbackAdapter?: boolean }).isFallbackAdapter;
  return {
    name,
    vendor: info.vendor,
    architecture: info.architecture,
    software: flagged ?? SOFTWARE.test(`${name} ${info.architecture}`),
  };
}

/** The adapter itself, or null; for those who want to look before they open it. */
export async function requestAdapter(choice?: AdapterChoice): Promise<GPUAdapter | null> {
  const gpu = (navigator as { gpu?: GPU }).gpu;
  if (!gpu) return null;
  if (choice === "fallback") return await gpu.requestAdapter({ forceFallbackAdapter: true });
  return await gpu.requestAdapter({ powerPreference: choice ?? "high-performance" });
}

/** What to do where there is no adapter. */
export const NO_ADAPTER: string = [
  "There is no usable WebGPU adapter.",
  "On Debian or Ubuntu: apt-get install mesa-vulkan-drivers (or your GPU's Vulkan driver);",
  "on macOS: 11 or newer has Metal built in; on Windows: update the GPU's driver (DirectX 12)",
].join(" ");

/** There is no usable WebGPU adapter on this machine. */
export class NoAdapterError extends Error {
  /** What the error is called. */
  override readonly name = "NoAdapterError";
}
