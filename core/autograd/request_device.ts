/// <reference types="@webgpu/types" />
import {
  type AdapterChoice,
  describeAdapter,
  NO_ADAPTER,
  NoAdapterError,
  requestAdapter,
} from "./adapter.ts";
import { Device, type DeviceOptions } from "./device.ts";
import { findSubgroups } from "./subgroups.ts";

/** Settings of {@linkcode requestDevice}. */
export interface RequestDeviceOptions extends DeviceOptions {
  /** Which adapter to ask for; `high-performance` by default. */
  readonly adapter?: AdapterChoice;
}

/** Limits that are raised to what the adapter has; kernels stay within WebGPU's defaults otherwise. */
const RAISED = [
  "maxBufferSize",
  "maxStorageBufferBindingSize",
  "maxTextureDimension2D",
  "maxTextureArrayLayers",
  "maxComputeWorkgroupStorageSize",
] as const;

/** Features that are used where the adapter has them. */
const OPTIONAL: readonly GPUFeatureName[] = ["shader-f16", "timestamp-query"];

/** Limits that every kernel counts on, WebGPU's own defaults. */
const NEEDED: Readonly<Record<string, number>> = {
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 256,
  maxComputeWorkgroupStorageSize: 16384,
  maxUniformBufferBindingSize: 65536,
};

/**
 * Opens the machine's WebGPU device.
 *
 * @throws {NoAdapterError} If there is no adapter; the message says what to install.
 * @throws {RangeError} If the adapter's limits are below what the kernels need; names the limit.
 *
 * @example Add two numbers on the GPU
 * ```ts
 * import { add, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const sum = add(device.tensor([1, 2], [2]), device.tensor([10], [1]));
 * assert.deepEqual([...await device.read(sum)], [11, 12]);
 * device.destroy();
 * ```
 */
export async function requestDevice(options: RequestDeviceOptions = {}): Promise<Device> {
  const adapter = await requestAdapter(options.adapter);
  if (!adapter) throw new NoAdapterError(NO_ADAPTER);
  for (const [name, needed] of Object.entries(NEEDED)) {
    const has = adapter.limits[name as keyof GPUSupportedLimits] as number;
    if (has < needed) {
      throw new RangeError(
        `The adapter '${adapter.info.description}' has ${name} ${has}, but the kernels need ${needed}: choose another adapter`,
      );
    }
  }
  const requiredLimits = Object.fromEntries(RAISED.map((name) => [name, adapter.limits[name]]));
  const { software } = describeAdapter(adapter.info);
  const requiredFeatures = OPTIONAL.filter((feature) => adapter.features.has(feature));
  const wanted = { requiredLimits, requiredFeatures };
  const gpu = (software ? await withSubgroups(adapter, wanted) : null) ??
    await adapter.requestDevice(wanted);
  const subgroups = software ? await findSubgroups(gpu) : undefined;
  return new Device(gpu, adapter.info, { subgroups, ...options });
}

/**
 * A device with subgroups; null where the adapter has none. Deno 2.9 grants the feature without listing
 * it, so there it is tried.
 */
async function withSubgroups(
  adapter: GPUAdapter,
  wanted: { requiredLimits: Record<string, number>; requiredFeatures: readonly GPUFeatureName[] },
): Promise<GPUDevice | null> {
  const unlisted = navigator.userAgent.startsWith("Deno/");
  if (!unlisted && !adapter.features.has("subgroups")) return null;
  try {
    return await adapter.requestDevice({
      ...wanted,
      requiredFeatures: [...wanted.requiredFeatures, "subgroups"],
    });
  } catch {
    return null;
  }
}
