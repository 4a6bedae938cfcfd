import { type AnyTensor, Tensor } from "./tensor.ts";

/** Visits a tensor, or the tensors in arrays, maps and plain objects. */
export function forEachTensor(value: unknown, visit: (tensor: AnyTensor) => void): void {
  if (value instanceof Tensor) visit(value);
  else if (Array.isArray(value)) { for (const v of value) forEachTensor(v, visit); }
  else if (value instanceof Map) { for (const v of value.values()) forEachTensor(v, visit); }
  else if (
    typeof value === "object" && value !== null &&
    Object.getPrototypeOf(value) === Object.prototype
  ) {
    for (const v of Object.values(value)) forEachTensor(v, visit);
  }
}
