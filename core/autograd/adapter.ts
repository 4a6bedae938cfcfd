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
