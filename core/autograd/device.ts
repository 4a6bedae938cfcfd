/// <reference types="@webgpu/types" />
import type { Grid, Kernel, Precision, UniformValues } from "../../kernels/kernel.ts";
import { type AdapterInfo, describeAdapter } from "./adapter.ts";
import { BufferPool, type PooledBuffer } from "./buffer_pool.ts";
import { ErrorWatch } from "./error_watch.ts";
import { type DType, fromBytes, type HostArray, type HostArrayOf, toBytes } from "./elements.ts";
import { PipelineCache } from "./pipeline_cache.ts";
import { type KernelArguments, type PassTimes, Recorder, type TextureRegion } from "./recorder.ts";
import { type Shape, showShape, sizeOf } from "./shape.ts";
import type { Subgroups } from "./subgroups.ts";
import type { Tape, Trace } from "./tape.ts";
import { type AnyTensor, byteSize, forEachTensor, type Scope, Storage, Tensor } from "./tensor.ts";
import { type Texture, TexturePool } from "./texture_pool.ts";

/** Settings of a device. */
export interface DeviceOptions {
  /** Bytes that tensors may take; by default a large share of what is sensible for the adapter. */
  readonly memoryBudget?: number;
  /** Whether to use the kernels for software adapters; by default the adapter decides. */
  readonly software?: boolean;
  /** What subgroups the GPU device has; none by default. */
  readonly subgroups?: Subgroups | undefined;
}

/** Values read back from tensors, in the order asked for. */
export type ReadBack<T extends readonly AnyTensor[]> = {
  [K in keyof T]: T[K] extends Tensor<infer D> ? HostArrayOf<D> : never;
};

const GIBI = 2 ** 30;

/**
 * A WebGPU device with what training needs around it: a recorder (one encoder and one pass until
 * {@linkcode Device.submit}), pooled memory with scopes, cached pipelines and batched read-back.
 *
 * Recording never waits for the GPU. Only `read` and `idle` do, and both are asynchronous.
 */
export class Device {
  /** The device itself. */
  readonly gpu: GPUDevice;
  /** Which adapter it is. */
  readonly adapter: AdapterInfo;
  /** Whether kernels should be the ones for a software adapter; tests try both. */
  software: boolean;
  /** Whether kernels can store floats in half precision, which takes the feature `shader-f16`. */
  readonly half: boolean;
  /** Invocations of a subgroup that kernels may share values across, 0 where they must not. */
  lanes: number;
  /** Tiles that were the fastest here, by kind of layer; layers of other kinds go by rules. */
  readonly tiles: Map<string, string> = new Map();
  /** Where buffers come from and go back to. */
  readonly pool: BufferPool;
  /** Where textures come from and go back to. */
  readonly textures: TexturePool;
  /** The tape that operations are recorded on, or null where no gradient is wanted. */
  tape: Tape | null = null;
  /** Who is told of every operation, or null. */
  trace: Trace | null = null;
  readonly #pipelines: PipelineCache;
  readonly #recorder: Recorder;
  #scope: Scope | null = null;
  readonly #errors: ErrorWatch;

  /** Wraps a device that the caller has requested; most use {@linkcode requestDevice}. */
  constructor(gpu: GPUDevice, info: GPUAdapterInfo, options: DeviceOptions = {}) {
    this.gpu = gpu;
    this.adapter = describeAdapter(info);
    this.software = options.software ?? this.adapter.software;
    this.half = gpu.features.has("shader-f16");
    this.lanes = options.subgroups?.lanes ?? 0;
    this.pool = new BufferPool(gpu, options.memoryBudget ?? (this.software ? 16 : 120) * GIBI);
    this.textures = new TexturePool(gpu);
    this.#pipelines = new PipelineCache(
      gpu,
      (error) => this.#errors.report(error),
      options.subgroups,
    );
    this.#recorder = new Recorder(gpu, this.#pipelines);
    this.#errors = new ErrorWatch(gpu, () => this.#recorder.place);
  }

  /** Numbers of dispatches, submissions, read-backs and bind groups so far. */
  get counts(): Readonly<
    Record<"dispatches" | "submissions" | "readBacks" | "bindGroups", number>
  > {
    return this.#recorder;
  }

  /** Names what is being recorded, e.g. `step 12`, for errors that the GPU reports later. */
  set place(name: string) {
    this.#recorder.place = name;
  }

  /**
   * Records one run of a kernel.
   *
   * @param args Tensors and textures by the names of the kernel's bindings; undefined where its
   *   variant has none.
   * @param uniforms Numbers by name.
   * @param grid Workgroups along each axis; none where one is 0.
   * @throws {TypeError} If a name is missing or unknown; says which the kernel takes.
   */
  dispatch<Arguments extends string, Uniforms extends string>(
    kernel: Kernel<Arguments, Uniforms>,
    args: KernelArguments<NoInfer<Arguments>>,
    uniforms: UniformValues<NoInfer<Uniforms>>,
    grid: Grid,
  ): void {
    for (const { name, kind, precision } of kernel.bindings) {
      const argument = args[name];
      if (!(argument instanceof Tensor)) continue;
      if (argument.precision !== precision) throw new TypeError(wrongPrecision(kernel, argument));
      if (kind === "write") argument.storage.changed();
    }
    this.#recorder.dispatch(kernel, args, uniforms, grid);
  }

  /** Whether a kernel compiles; where it does not, only its dispatch is an error. */
  async compiles(kernel: Kernel): Promise<boolean> {
    return await this.#waited(this.#pipelines.compiles(kernel));
  }

  /** Records dispatches, and nothing else, whose begin and end the GPU writes down. */
  timed(times: PassTimes, body: () => void): void {
    this.#recorder.timed(times, body);
  }

  /**
   * Hands what was recorded to the GPU. Does not wait for it to finish.
   *
   * @throws {DeviceLost} If the GPU is gone.
   */
  submit(): void {
    this.check();
    this.#recorder.submit();
  }

  /** Throws the first error that the GPU has reported, if any. */
  check(): void {
    this.#errors.check();
  }

  /** Submits and waits until the GPU has finished everything. */
  async idle(): Promise<void> {
    this.submit();
    await this.#waited(this.gpu.queue.onSubmittedWorkDone());
    await this.#pipelines.settled();
    this.check();
  }

  /**
   * A new tensor with undefined contents. It belongs to the innermost scope; outside any scope the
   * caller must `dispose` it.
   */
  empty<D extends DType = "f32">(
    shape: Shape,
    dtype: D = "f32" as D,
    precision: Precision = "f32",
  ): Tensor<D> {
    const buffer = this.pool.acquire(byteSize(shape, dtype, precision));
    return this.#make(shape, dtype, buffer, precision);
  }

  /** A new tensor with undefined contents, of the shape, type and precision of another. */
  emptyLike<D extends DType>({ shape, dtype, precision }: Tensor<D>): Tensor<D> {
    return this.empty(shape, dtype, precision);
  }

  /**
   * A new tensor with the given elements.
   *
   * @throws {TypeError} If the number of elements does not match the shape.
   */
  tensor<D extends DType = "f32">(
    data: HostArray | readonly number[],
    shape: Shape,
    dtype: D = "f32" as D,
  ): Tensor<D> {
    if (data.length !== sizeOf(shape)) {
      throw new TypeError(
        `Cannot make a tensor of shape ${showShape(shape)} from ${data.length} elements`,
      );
    }
    // An upload overtakes what is recorded but not submitted, so its buffer must not be in use there.
    const buffer = this.pool.acquire(byteSize(shape, dtype), this.#recorder.submissions);
    const tensor = this.#make(shape, dtype, buffer);
    this.#upload(tensor, data);
    this.trace?.constant(tensor, data);
    return tensor;
  }

  /** A tensor of zeros (or another value), written by the GPU. */
  zeros<D extends DType = "f32">(shape: Shape, dtype: D = "f32" as D): Tensor<D> {
    const tensor = this.empty(shape, dtype);
    this.clear(tensor);
    this.trace?.constant(tensor);
    return tensor;
  }

  /** Records setting every element to zero. */
  clear(tensor: AnyTensor): void {
    this.#recorder.clear(tensor);
    tensor.storage.changed();
  }

  /** Records copying the elements of one tensor into another of the same size. */
  copy(from: AnyTensor, to: AnyTensor): void {
    if (from.bytes !== to.bytes || from.precision !== to.precision) {
      throw new TypeError(`Cannot copy ${from} into ${to}`);
    }
    this.#recorder.copy(from, to);
    to.storage.changed();
  }

  /** Records copying elements into a texture. */
  copyToTexture(from: AnyTensor, to: Texture, region: TextureRegion): void {
    this.#recorder.copyToTexture(from, to, region);
  }

  /** Replaces the elements of a long-lived tensor from the host, after all recorded commands. */
  write(tensor: AnyTensor, data: HostArray | readonly number[]): void {
    if (data.length !== tensor.size || tensor.precision !== "f32") {
      throw new TypeError(`Cannot write ${data.length} elements into ${tensor}`);
    }
    this.submit();
    tensor.storage.changed();
    this.#upload(tensor, data);
  }

  /** Reads one tensor back: submits, waits, copies. Costs about 11 ms on Deno; never in a step. */
  async read<D extends DType>(tensor: Tensor<D>): Promise<HostArrayOf<D>> {
    const [values] = await this.readAll([tensor]);
    return values as HostArrayOf<D>; // one tensor in, its values out
  }

  /** Reads several tensors back in one wait. */
  async readAll<const T extends readonly AnyTensor[]>(tensors: T): Promise<ReadBack<T>> {
    this.check();
    const bytes = await this.#waited(this.#recorder.readBack(tensors));
    await this.#pipelines.settled();
    this.check();
    return tensors.map((t, i) => fromBytes(t, bytes[i]!)) as ReadBack<T>; // one buffer a tensor
  }

  /**
   * Runs `body` and frees the tensors made in it, except those in its result (a tensor, or tensors
   * in arrays and plain objects), which pass to the enclosing scope, and those a tape has kept.
   */
  scope<T>(body: () => T): T {
    const outer = this.#scope;
    const inner: Scope = new Set();
    this.#scope = inner;
    try {
      const result = body();
      forEachTensor(result, ({ storage }) => {
        if (inner.delete(storage)) {
          storage.scope = outer;
          outer?.add(storage);
        }
      });
      return result;
    } finally {
      this.#scope = outer;
      for (const storage of inner) {
        storage.scope = null;
        this.#unref(storage);
      }
    }
  }

  /** Runs `body` so that what it makes outlives all scopes, until disposed. */
  keep<T>(body: () => T): T {
    const outer = this.#scope;
    this.#scope = null;
    try {
      return body();
    } finally {
      this.#scope = outer;
    }
  }

  /** Frees a tensor now instead of at the end of its scope. */
  free(tensor: AnyTensor): void {
    const { storage } = tensor;
    if (storage.refs <= 0) return;
    storage.scope?.delete(storage);
    storage.scope = null;
    this.#unref(storage);
  }

  /** Keeps a tensor's memory until {@linkcode Device.release}, whatever its scope does. */
  retain(tensor: AnyTensor): void {
    tensor.storage.refs++;
  }

  /** Turns one {@linkcode Device.retain} into belonging to the innermost scope. */
  adopt(tensor: AnyTensor): void {
    const { storage } = tensor;
    if (storage.scope) return this.release(tensor);
    storage.scope = this.#scope;
    this.#scope?.add(storage);
  }

  /** Undoes one {@linkcode Device.retain}. */
  release(tensor: AnyTensor): void {
    this.#unref(tensor.storage);
  }

  /** Runs `body` without recording on the tape. */
  noGrad<T>(body: () => T): T {
    const { tape } = this;
    this.tape = null;
    try {
      return body();
    } finally {
      this.tape = tape;
    }
  }

  /** Frees everything; the device cannot be used afterwards. */
  destroy(): void {
    this.#recorder.destroy();
    this.pool.destroy();
    this.textures.destroy();
    this.gpu.destroy();
  }

  async #waited<T>(promise: Promise<T>): Promise<T> {
    try {
      return await promise;
    } catch (error) {
      throw await this.#errors.explain(error);
    }
  }

  #make<D extends DType>(
    shape: Shape,
    dtype: D,
    buffer: PooledBuffer,
    precision: Precision = "f32",
  ): Tensor<D> {
    return new Tensor(this, new Storage(buffer, this.#scope), shape, dtype, { precision });
  }

  #unref(storage: Storage): void {
    storage.refs--;
    if (storage.refs > 0) return;
    storage.changed();
    this.pool.release(storage.buffer, this.#recorder.submissions);
  }

  #upload(tensor: AnyTensor, data: HostArray | readonly number[]): void {
    if (data.length === 0) return; // Deno 2.9 ends the process on an empty write
    this.gpu.queue.writeBuffer(
      tensor.storage.buffer.gpu,
      tensor.offset,
      toBytes(data, tensor.dtype),
    );
  }
}

function wrongPrecision({ key }: Kernel, { precision, dtype, shape }: AnyTensor): string {
  return precision === "f16"
    ? `'${key}' takes no f16${showShape(shape)}: give it cast(x, "f32")`
    : `'${key}' takes f16, not ${dtype}${showShape(shape)}`;
}
