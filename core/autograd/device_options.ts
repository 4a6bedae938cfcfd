import type { Subgroups } from "./subgroups.ts";

/** Settings of a device. */
export interface DeviceOptions {
  /** Bytes that tensors may take; by default a large share of what is sensible for the adapter. */
  readonly memoryBudget?: number;
  /** Whether to use the kernels for software adapters; by default the adapter decides. */
  readonly software?: boolean;
  /** What subgroups the GPU device has; none by default. */
  readonly subgroups?: Subgroups | undefined;
}
