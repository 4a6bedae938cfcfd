import type { PooledBuffer } from "./buffer_pool.ts";
import type { Device } from "./device.ts";
import { BYTES, type DType } from "./elements.ts";
import type { Precision } from "../../kernels/kernel.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";
import type { Tape } from "./tape.ts";

/**
 * Bytes of a tensor, rounded up to a multiple of four as buffers need, or eight in half precision,
 * where kernels go by four elements.
 *
 * @throws {TypeError} If a size is no whole number.
 */
export function byteSize(shape: Shape, dtype: DType, precision: Precision = "f32"): number {
  for (const n of shape) {
    if (!Number.isSafeInteger(n) || n < 0) {
      throw new TypeError(`Sizes of a tensor must be whole numbers, not ${showShape(shape)}`);
    }
  }
  return bytesOf(sizeOf(shape), dtype, precision);
}

function bytesOf(size: number, dtype: DType, precision: Precision): number {
  return precision === "f16" ? Math.ceil(size / 4) * 8 : Math.ceil(size * BYTES[dtype] / 4) * 4;
}

/** Memory behind one or more tensors, counted by who needs it: a scope, a tape, a gradient map. */
export class Storage {
  /** The buffer on loan. */
  readonly buffer: PooledBuffer;
  /** How many need it; it goes back to the pool at 0. */
  refs = 1;
  /** Scope that will let go of it, or null if somebody else must. */
  scope: Scope | null;
  /** Copies of the elements in other layouts, made for kernels that want them. */
  copies: Map<string, { free(): void }> | null = null;

  /** Memory that a scope lets go of, or, without one, whoever made it. */
  constructor(buffer: PooledBuffer, scope: Scope | null) {
    this.buffer = buffer;
    this.scope = scope;
    scope?.add(this);
  }

  /** Frees the copies, which hold what the elements were. */
  changed(): void {
    if (!this.copies) return;
    for (const copy of this.copies.values()) copy.free();
    this.copies = null;
  }
}

/** Storages made since the scope was entered and not handed on. */
export type Scope = Set<Storage>;

let made = 0;

/**
 * A dense row-major array on the GPU. It is only a handle: nothing on it waits for the GPU; reading
 * goes through {@linkcode Device.read}.
 */
export class Tensor<D extends DType = "f32"> {
  /** Lengths of the axes; empty for a single number. */
  readonly shape: Shape;
  /** Type of the elements. */
  readonly dtype: D;
  /** Where it lives. */
  readonly device: Device;
  /** Number of elements. */
  readonly size: number;
  /** Unique number of this handle. */
  readonly id: number;
  /** Where the elements lie; shared by views. */
  readonly storage: Storage;
  /** Byte offset in the storage. */
  readonly offset: number;
  /** Format of floats in memory; what they are read and written as is single precision. */
  readonly precision: Precision;
  /** The tape that follows this tensor, if its gradient is wanted. */
  tape: Tape | null = null;

  /** Made by a device and its operations, not by users. */
  constructor(
    device: Device,
    storage: Storage,
    shape: Shape,
    dtype: D,
    { offset = 0, precision = "f32" }: { offset?: number; precision?: Precision } = {},
  ) {
    this.device = device;
    this.storage = storage;
    this.shape = shape;
    this.dtype = dtype;
    this.offset = offset;
    this.precision = precision;
    this.size = sizeOf(shape);
    this.id = ++made;
  }

  /** Bytes of the elements, rounded up to a multiple of four as buffers need. */
  get bytes(): number {
    return bytesOf(this.size, this.dtype, this.precision);
  }

  /** A handle to the same elements in another shape. Not followed by the tape: see `reshape`. */
  view(shape: Shape): Tensor<D> {
    if (sizeOf(shape) !== this.size) {
      throw new TypeError(
        `Cannot view ${showShape(this.shape)} as ${showShape(shape)}: ${this.size} and ${
          sizeOf(shape)
        } elements differ`,
      );
    }
    return new Tensor(this.device, this.storage, shape, this.dtype, this);
  }

  /** Gives the memory back; for tensors made outside a scope. */
  dispose(): void {
    this.device.free(this);
  }

  /** `f32[64, 10]`, for messages; `f16[64, 10]` in half precision. */
  toString(): string {
    return `${this.precision === "f16" ? "f16" : this.dtype}${showShape(this.shape)}`;
  }
}

/** A tensor of any element type. */
export type AnyTensor = Tensor<DType>;

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
