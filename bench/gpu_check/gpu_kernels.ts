import type { RequestDeviceOptions } from "@longtail/longtail/core";

/** Asks for the kernels of GPUs, whatever the adapter. */
export const GPU_KERNELS: RequestDeviceOptions = { software: false, subgroups: undefined };
