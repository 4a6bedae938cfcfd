import { BadInput } from "../bad_input.ts";

const MEBI = 1 << 20;

/** Says that an adapter cannot hold a tensor: the batch, the images or the network are too large for it. */
export class TooLarge extends BadInput {
  /** How many times as much is needed as there may be. */
  readonly times: number;

  /**
   * Says what is too large.
   *
   * @param what What is, as the beginning of a sentence.
   * @param bytes What it takes.
   * @param limit What may be taken at most, and what says so.
   */
  constructor(
    what: string,
    bytes: number,
    { most, name }: { readonly most: number; readonly name: string },
  ) {
    super(
      `${what} ${mebi(bytes)}, this adapter allows ${
        mebi(most)
      } (${name}): use a smaller batch, image size or model`,
    );
    this.times = bytes / most;
  }
}

/** A GPU buffer on loan from a {@linkcode BufferPool}. */
export interface PooledBuffer {
  /** The buffer itself. */
  readonly gpu: GPUBuffer;
  /** Unique among the buffers of a device; what bind groups are cached by. */
  readonly id: number;
  /** Its size, at least what was asked for. */
  readonly bytes: number;
  /** Submission in whose commands the buffer was last handed back. */
  freedAt: number;
}

/**
 * Hands out storage buffers by size class (powers of two below 1 MiB, whole MiB above) and takes
 * them back, so that a training step allocates nothing new after the first few.
 */
export class BufferPool {
  readonly #device: GPUDevice;
  readonly #budget: number;
  readonly #free = new Map<number, PooledBuffer[]>();
  readonly #all = new Set<PooledBuffer>();
  #bytes = 0;
  #created = 0;

  /**
   * A pool without buffers.
   *
   * @param budget Bytes the pool may hold at most: no error tells when a GPU runs out of memory,
   *   so the limit has to be our own.
   */
  constructor(device: GPUDevice, budget: number) {
    this.#device = device;
    this.#budget = budget;
  }

  /** Bytes of all buffers, on loan or free. */
  get bytes(): number {
    return this.#bytes;
  }

  /** How many buffers were ever created. */
  get created(): number {
    return this.#created;
  }

  /**
   * A buffer of at least `bytes` bytes with undefined contents.
   *
   * @param before If given, only a buffer handed back before this submission will do: its contents
   *   may be written from the host without overtaking commands already recorded.
   * @throws {TooLarge} If the device or the budget does not allow that much.
   */
  acquire(bytes: number, before = Infinity): PooledBuffer {
    const size = sizeClass(bytes);
    const free = this.#free.get(size) ?? [];
    // The oldest one, not the last handed back: so every step gets the buffers of the step before
    // in the same places, and finds its bind groups (of 362 dispatches 100 made new ones otherwise).
    let oldest = -1;
    for (let i = 0; i < free.length; i++) {
      const { freedAt, id } = free[i]!; // i is inside free
      if (freedAt < before && (oldest < 0 || id < free[oldest]!.id)) oldest = i;
    }
    if (oldest >= 0) return free.splice(oldest, 1)[0]!; // oldest is inside free
    return this.#create(size);
  }

  /** Takes a buffer back. */
  release(buffer: PooledBuffer, submission: number): void {
    buffer.freedAt = submission;
    const free = this.#free.get(buffer.bytes);
    if (free) free.push(buffer);
    else this.#free.set(buffer.bytes, [buffer]);
  }

  /** Destroys the buffers that nobody uses, so that their memory can serve other sizes. */
  trim(): void {
    for (const free of this.#free.values()) {
      for (const buffer of free) this.#destroy(buffer);
      free.length = 0;
    }
  }

  /** Destroys every buffer. */
  destroy(): void {
    for (const buffer of this.#all) this.#destroy(buffer);
    this.#free.clear();
  }

  #create(size: number): PooledBuffer {
    const most = this.#device.limits.maxBufferSize;
    if (size > most) {
      throw new TooLarge("A tensor takes", size, { most, name: "maxBufferSize" });
    }
    if (this.#bytes + size > this.#budget) this.trim();
    if (this.#bytes + size > this.#budget) {
      const budget = { most: this.#budget, name: "memory budget" };
      throw new TooLarge("Tensors take", this.#bytes + size, budget);
    }
    const gpu = this.#device.createBuffer({
      size,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC | GPUBufferUsage.COPY_DST,
    });
    const buffer = { gpu, id: ++this.#created, bytes: size, freedAt: 0 };
    this.#all.add(buffer);
    this.#bytes += size;
    return buffer;
  }

  #destroy(buffer: PooledBuffer): void {
    buffer.gpu.destroy();
    this.#all.delete(buffer);
    this.#bytes -= buffer.bytes;
  }
}

function sizeClass(bytes: number): number {
  if (bytes > MEBI) return Math.ceil(bytes / MEBI) * MEBI;
  return Math.max(256, 2 ** Math.ceil(Math.log2(Math.max(bytes, 1))));
}

function mebi(bytes: number): string {
  return `${(bytes / MEBI).toFixed(1)} MiB`;
}
