import type { Grid, Kernel, UniformValues } from "../../kernels/kernel.ts";
import { type PooledBuffer, TooLarge } from "./buffer_pool.ts";
import { type Pipeline, type PipelineCache, UNIFORM_BYTES } from "./pipeline_cache.ts";
import { Texture } from "./texture_pool.ts";

/** Part of a buffer: a tensor, as commands see it. */
export interface BufferPart {
  /** What it lies in. */
  readonly storage: { readonly buffer: PooledBuffer };
  /** Bytes before it. */
  readonly offset: number;
  /** Bytes that it takes, a multiple of four. */
  readonly bytes: number;
}

/** Something a kernel can be given. */
export type Argument = BufferPart | Texture;

/** The arguments of a kernel by name; undefined is what the kernel's variant does not take. */
export type KernelArguments<Names extends string = string> = Readonly<
  Record<Names, Argument | undefined>
>;

/** Which bytes of a tensor go where in a texture. Rows must be multiples of 256 bytes. */
export interface TextureRegion {
  /** Bytes of the tensor before the first row. */
  readonly skip: number;
  /** Bytes from one row's first to the next's. */
  readonly bytesPerRow: number;
  /** Rows from one layer's first to the next's. */
  readonly rowsPerLayer: number;
  /** Texel of the texture that the first element goes to. */
  readonly origin: readonly [x: number, y: number, layer: number];
  /** Texels to copy along each axis. */
  readonly size: readonly [width: number, height: number, layers: number];
}

/** Where the times of a pass are written: two places from the first on. */
export interface PassTimes {
  /** What they are written to. */
  readonly queries: GPUQuerySet;
  /** Place of the begin; that of the end follows. */
  readonly first: number;
}

/** Dispatches whose uniforms fit one submission; more are submitted in parts. */
const SLOTS = 2048;

/**
 * Collects commands in one encoder and one compute pass. The uniforms of all dispatches lie in one
 * buffer, bound at dynamic offsets and written once a submission; a bind group depends only on
 * pipeline and arguments, so a step that repeats finds all of its groups in the cache.
 */
export class Recorder {
  /** What is being recorded, for messages. */
  place = "set-up";
  dispatches = 0;
  submissions = 1;
  /** Times that values were read back. */
  readBacks = 0;
  /** Bind groups made, each for one kernel and what it binds. */
  bindGroups = 0;
  readonly #gpu: GPUDevice;
  readonly #pipelines: PipelineCache;
  readonly #stride: number;
  readonly #uniforms: GPUBuffer;
  readonly #words: DataView<ArrayBuffer>;
  #used = 0;
  #encoder: GPUCommandEncoder | null = null;
  #pass: GPUComputePassEncoder | null = null;
  #pipeline: Pipeline | null = null;
  #staging: GPUBuffer[] = [];
  /** Arguments of the current dispatch in the kernel's order. */
  readonly #bound: Argument[] = [];

  constructor(gpu: GPUDevice, pipelines: PipelineCache) {
    this.#gpu = gpu;
    this.#pipelines = pipelines;
    this.#stride = Math.max(UNIFORM_BYTES, gpu.limits.minUniformBufferOffsetAlignment);
    this.#words = new DataView(new ArrayBuffer(SLOTS * this.#stride));
    this.#uniforms = gpu.createBuffer({
      label: "uniforms",
      size: SLOTS * this.#stride,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  dispatch(
    kernel: Kernel,
    args: KernelArguments,
    uniforms: UniformValues,
    [x, y = 1, z = 1]: Grid,
  ): void {
    requireNames(kernel, "arguments", kernel.bindings, args);
    requireNames(kernel, "uniforms", kernel.uniforms, uniforms);
    if (x === 0 || y === 0 || z === 0) return;
    if (this.#used === SLOTS) this.submit();
    const pipeline = this.#pipelines.get(kernel);
    this.#pass ??= this.#open().beginComputePass();
    if (this.#pipeline !== pipeline) {
      this.#pass.setPipeline(pipeline.gpu);
      this.#pipeline = pipeline;
    }
    const group = this.#group(kernel, pipeline, args);
    if (kernel.uniforms.length > 0) {
      this.#pass.setBindGroup(0, group, [this.#slot(kernel, uniforms)]);
    } else {
      this.#pass.setBindGroup(0, group);
    }
    this.#pass.dispatchWorkgroups(x, y, z);
    this.dispatches++;
  }

  /** Records dispatches in a pass of their own, whose begin and end the GPU writes down. */
  timed({ queries: querySet, first }: PassTimes, body: () => void): void {
    this.#endPass();
    this.#pass = this.#open().beginComputePass({
      timestampWrites: {
        querySet,
        beginningOfPassWriteIndex: first,
        endOfPassWriteIndex: first + 1,
      },
    });
    body();
    this.#endPass();
  }

  clear({ storage, offset, bytes }: BufferPart): void {
    if (bytes === 0) return;
    this.#endPass();
    this.#open().clearBuffer(storage.buffer.gpu, offset, bytes);
  }

  copy(from: BufferPart, to: BufferPart): void {
    if (from.bytes === 0) return;
    this.#endPass();
    this.#open().copyBufferToBuffer(
      from.storage.buffer.gpu,
      from.offset,
      to.storage.buffer.gpu,
      to.offset,
      from.bytes,
    );
  }

  copyToTexture(
    from: BufferPart,
    to: Texture,
    { skip, bytesPerRow, rowsPerLayer, origin, size }: TextureRegion,
  ): void {
    this.#endPass();
    const source = { offset: from.offset + skip, bytesPerRow, rowsPerImage: rowsPerLayer };
    this.#open().copyBufferToTexture(
      { buffer: from.storage.buffer.gpu, ...source },
      { texture: to.gpu, origin: [...origin] },
      [...size],
    );
  }

  submit(): void {
    if (!this.#encoder) return;
    this.#endPass();
    const commands = this.#encoder.finish();
    this.#encoder = null;
    if (this.#used > 0) {
      this.#gpu.queue.writeBuffer(
        this.#uniforms,
        0,
        this.#words.buffer,
        0,
        this.#used * this.#stride,
      );
    }
    this.#gpu.queue.submit([commands]);
    this.#used = 0;
    this.submissions++;
  }

  /** Copies tensors into one staging buffer, submits, and returns their bytes once they are there. */
  async readBack(tensors: readonly BufferPart[]): Promise<ArrayBuffer[]> {
    this.readBacks++;
    const total = tensors.reduce((sum, t) => sum + aligned(t.bytes), 0);
    if (total === 0) {
      this.submit();
      return tensors.map(() => new ArrayBuffer(0));
    }
    const staging = this.#takeStaging(total);
    let offset = 0;
    this.#endPass();
    for (const { storage, offset: from, bytes } of tensors) {
      if (bytes > 0) {
        this.#open().copyBufferToBuffer(storage.buffer.gpu, from, staging, offset, bytes);
      }
      offset += aligned(bytes);
    }
    this.submit();
    // Asking for the mapped range before the promise has settled would end the process on Deno.
    await staging.mapAsync(GPUMapMode.READ, 0, total);
    const all = staging.getMappedRange(0, total).slice(0);
    staging.unmap();
    this.#staging.push(staging);
    offset = 0;
    return tensors.map(({ bytes }) => {
      const part = all.slice(offset, offset + bytes);
      offset += aligned(bytes);
      return part;
    });
  }

  /** Frees all buffers; what was not submitted is not run. */
  destroy(): void {
    this.#endPass();
    this.#encoder = null;
    this.#uniforms.destroy();
    for (const buffer of this.#staging) buffer.destroy();
  }

  #open(): GPUCommandEncoder {
    return this.#encoder ??= this.#gpu.createCommandEncoder();
  }

  #endPass(): void {
    this.#pass?.end();
    this.#pass = null;
    this.#pipeline = null;
  }

  #slot(kernel: Kernel, uniforms: UniformValues): number {
    const start = this.#used++ * this.#stride;
    let at = start;
    for (const { name, type } of kernel.uniforms) {
      const value = uniforms[name]!; // dispatch() has seen that all are given
      if (type === "f32") this.#words.setFloat32(at, value, true);
      else if (type === "i32") this.#words.setInt32(at, value, true);
      else this.#words.setUint32(at, value, true);
      at += 4;
    }
    return start;
  }

  #group(kernel: Kernel, pipeline: Pipeline, args: KernelArguments): GPUBindGroup {
    const bound = this.#bound;
    bound.length = 0;
    let key = "";
    for (const { name } of kernel.bindings) {
      const a = args[name]!; // dispatch() has seen that all are given
      bound.push(a);
      key += a instanceof Texture ? `${a.id},` : `${a.storage.buffer.id}:${a.offset}:${a.bytes},`;
    }
    let group = pipeline.groups.get(key);
    if (!group) {
      const entries: GPUBindGroupEntry[] = bound.map((a, binding) => ({
        binding,
        resource: a instanceof Texture ? a.view : this.#wholeVectors(a),
      }));
      if (kernel.uniforms.length > 0) {
        const resource = { buffer: this.#uniforms, offset: 0, size: UNIFORM_BYTES };
        entries.push({ binding: bound.length, resource });
      }
      group = this.#gpu.createBindGroup({ layout: pipeline.layout, entries });
      pipeline.groups.set(key, group);
      this.bindGroups++;
    }
    return group;
  }

  /** A tensor in whole vec4s; buffers are padded. */
  #wholeVectors({ storage: { buffer }, offset, bytes }: BufferPart): GPUBufferBinding {
    const size = Math.max(Math.ceil(bytes / 16), 1) * 16;
    const most = this.#gpu.limits.maxStorageBufferBindingSize;
    if (size <= most) return { buffer: buffer.gpu, offset, size };
    throw new TooLarge("A tensor takes", size, { most, name: "maxStorageBufferBindingSize" });
  }

  #takeStaging(bytes: number): GPUBuffer {
    const at = this.#staging.findIndex((b) => b.size >= bytes);
    if (at >= 0) return this.#staging.splice(at, 1)[0]!; // at is inside
    for (const small of this.#staging.splice(0)) small.destroy();
    return this.#gpu.createBuffer({
      size: 2 ** Math.ceil(Math.log2(Math.max(bytes, 4096))),
      usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
    });
  }
}

/** Refuses values that are not just those that a kernel takes. */
function requireNames(
  { key }: Kernel,
  what: "arguments" | "uniforms",
  wanted: readonly { readonly name: string }[],
  given: Readonly<Record<string, unknown>>,
): void {
  let right = true, count = 0;
  for (const { name } of wanted) right &&= given[name] !== undefined;
  for (const name in given) if (given[name] !== undefined) count++;
  if (right && count === wanted.length) return;
  const names = Object.keys(given).filter((name) => given[name] !== undefined);
  const list = (all: readonly string[]) => all.length > 0 ? all.join(", ") : "none";
  throw new TypeError(
    `Kernel '${key}' takes the ${what} ${list(wanted.map(({ name }) => name))}, not ${list(names)}`,
  );
}

function aligned(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}
