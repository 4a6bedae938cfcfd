import type { Precision } from "../../kernels/kernel.ts";
import { halfToSingle } from "../safetensors.ts";

/** Element types. `u8` is packed, four to a word, and only read by the kernels that make views. */
export type DType = "f32" | "i32" | "u32" | "u8";

/** Bytes of one element. */
export const BYTES: Readonly<Record<DType, number>> = { f32: 4, i32: 4, u32: 4, u8: 1 };

/** Typed array that holds a {@linkcode DType}. */
export type HostArray = Float32Array | Int32Array | Uint32Array | Uint8Array;

/** The typed array of an element type. */
export type HostArrayOf<D extends DType> = D extends "f32" ? Float32Array
  : D extends "i32" ? Int32Array
  : D extends "u32" ? Uint32Array
  : Uint8Array;

/** The bytes of elements as a buffer of that type holds them, in whole words. */
export function toBytes(
  data: HostArray | readonly number[],
  dtype: DType,
): Uint8Array<ArrayBuffer> {
  const exact = isHostArray(data, dtype) ? data : convert(data, dtype);
  const bytes = new Uint8Array(exact.buffer, exact.byteOffset, exact.byteLength);
  // Never shared memory: made here or by the caller's array.
  return (bytes.length % 4 === 0 ? bytes : padded(bytes)) as Uint8Array<ArrayBuffer>;
}

function isHostArray(data: HostArray | readonly number[], dtype: DType): data is HostArray {
  return dtype === "f32"
    ? data instanceof Float32Array
    : dtype === "i32"
    ? data instanceof Int32Array
    : dtype === "u32"
    ? data instanceof Uint32Array
    : data instanceof Uint8Array;
}

function convert(data: HostArray | readonly number[], dtype: DType): HostArray {
  if (dtype === "f32") return Float32Array.from(data);
  if (dtype === "i32") return Int32Array.from(data);
  return dtype === "u32" ? Uint32Array.from(data) : Uint8Array.from(data);
}

function padded(bytes: Uint8Array): Uint8Array {
  const whole = new Uint8Array(Math.ceil(bytes.length / 4) * 4);
  whole.set(bytes);
  return whole;
}

/** The elements of a tensor from its bytes. */
export function fromBytes(
  { dtype, size, precision }: {
    readonly dtype: DType;
    readonly size: number;
    readonly precision: Precision;
  },
  bytes: ArrayBuffer,
): HostArray {
  if (precision === "f16") {
    return Float32Array.from(new Uint16Array(bytes, 0, size), halfToSingle);
  }
  if (dtype === "f32") return new Float32Array(bytes, 0, size);
  if (dtype === "i32") return new Int32Array(bytes, 0, size);
  return dtype === "u32" ? new Uint32Array(bytes, 0, size) : new Uint8Array(bytes, 0, size);
}
