import type { Device } from "../../autograd/device.ts";
import type { Tensor } from "../../autograd/tensor.ts";

const ones = new WeakMap<Device, Map<number, Tensor>>();

/** A tensor of ones that lives as long as its device: the start of masks and weights. */
export function onesOf(device: Device, n: number): Tensor {
  let known = ones.get(device);
  if (!known) ones.set(device, known = new Map());
  let tensor = known.get(n);
  if (!tensor) {
    tensor = device.keep(() => device.tensor(new Float32Array(n).fill(1), [n]));
    known.set(n, tensor);
  }
  return tensor;
}
