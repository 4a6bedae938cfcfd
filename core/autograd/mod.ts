/**
 * Tensors on the GPU, operations on them, and gradients.
 *
 * @module
 */
export {
  ADAPTER_CHOICES,
  type AdapterChoice,
  type AdapterInfo,
  NO_ADAPTER,
  NoAdapterError,
  requestAdapter,
} from "./adapter.ts";
export { BufferPool, type PooledBuffer, TooLarge } from "./buffer_pool.ts";
export { Device, type DeviceOptions, type ReadBack } from "./device.ts";
export { DeviceLost } from "./error_watch.ts";
export { type DType, type HostArray, type HostArrayOf } from "./elements.ts";
export { Texture, TexturePool, type TextureSize } from "./texture_pool.ts";
export {
  type Argument,
  type BufferPart,
  type KernelArguments,
  type PassTimes,
  type TextureRegion,
} from "./recorder.ts";
export { requestDevice, type RequestDeviceOptions } from "./request_device.ts";
export { type Shape } from "./shape.ts";
export { type Subgroups } from "./subgroups.ts";
export {
  type Attributes,
  type Backward,
  type BackwardContext,
  gradients,
  record,
  Tape,
  type TapeNode,
  type Trace,
  type TracedOperation,
} from "./tape.ts";
export { type AnyTensor, type Scope, Storage, Tensor } from "./tensor.ts";
export * from "./ops/mod.ts";
