/**
 * Tensors on the GPU, operations on them, and gradients.
 *
 * @module
 */
export { type AdapterInfo } from "./adapter.ts";
export { type Argument, Device } from "./device.ts";
export { type DeviceOptions } from "./device_options.ts";
export { type HostArray, type HostArrayOf, type ReadBack } from "./host_array.ts";
export {
  type AdapterChoice,
  NO_ADAPTER,
  NoAdapterError,
  requestAdapter,
  requestDevice,
  type RequestDeviceOptions,
} from "./request_device.ts";
export { type Shape } from "./shape.ts";
export { gradients, record, Tape } from "./tape.ts";
export { type AnyTensor, type DType, Tensor } from "./tensor.ts";
export * from "./ops/mod.ts";
