/** Sizes of a {@linkcode Texture}, and what it is for. */
export interface TextureSize {
  /** Texels of a row. */
  readonly width: number;
  /** Rows of a layer. */
  readonly height: number;
  /** Number of layers. */
  readonly layers: number;
  /** Textures are only handed on to the same use, which may count on what the last one left. */
  readonly use: string;
}

/** An array of rgba32float textures on loan: software adapters read it faster than a buffer. */
export class Texture {
  /** All layers, as kernels bind them. */
  readonly view: GPUTextureView;
  /** Unique among the textures of a device; negative, so that it is no buffer's number. */
  readonly id: number;
  /** The texture itself. */
  readonly gpu: GPUTexture;
  /** Bytes that it takes. */
  readonly bytes: number;
  readonly #pool: TexturePool;
  readonly #key: string;

  /** Made by a {@linkcode TexturePool}. */
  constructor(pool: TexturePool, gpu: GPUTexture, { id, key }: { id: number; key: string }) {
    this.#pool = pool;
    this.#key = key;
    this.gpu = gpu;
    this.bytes = 16 * gpu.width * gpu.height * gpu.depthOrArrayLayers;
    this.view = gpu.createView({ dimension: "2d-array" });
    this.id = id;
  }

  /** Gives the texture back. */
  free(): void {
    this.#pool.release(this, this.#key);
  }
}

/** Bytes of textures that stay for a second reader. */
const KEPT = 512 * 2 ** 20;

/** Textures that an operation may be about to read together: they stay in any case. */
const IN_USE = 2;

/** Hands out rgba32float textures by size and use, and takes them back. New ones are zero. */
export class TexturePool {
  readonly #device: GPUDevice;
  readonly #free = new Map<string, Texture[]>();
  readonly #all: Texture[] = [];
  readonly #kept = new Map<Texture, () => void>();
  #keptBytes = 0;

  /** A pool without textures. */
  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** How many textures were ever created. */
  get created(): number {
    return this.#all.length;
  }

  /** A texture array of exactly this size with what its last user left in it. */
  acquire({ width, height, layers, use }: TextureSize): Texture {
    const key = `${width}x${height}x${layers} ${use}`;
    const found = this.#free.get(key)?.pop();
    if (found) return found;
    const gpu = this.#device.createTexture({
      size: [width, height, layers],
      format: "rgba32float",
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.STORAGE_BINDING |
        GPUTextureUsage.COPY_DST,
    });
    const texture = new Texture(this, gpu, { id: -1 - this.#all.length, key });
    this.#all.push(texture);
    return texture;
  }

  /**
   * Keeps a texture that could be made anew, as long as there is room: when newer ones need it, the
   * oldest are dropped by their `drop`, which has to free them.
   */
  keep(texture: Texture, drop: () => void): void {
    this.#kept.set(texture, drop);
    this.#keptBytes += texture.bytes;
    for (const dropOldest of this.#kept.values()) {
      if (this.#keptBytes <= KEPT || this.#kept.size <= IN_USE) break;
      dropOldest();
    }
  }

  /** Takes a texture back. */
  release(texture: Texture, key: string): void {
    if (this.#kept.delete(texture)) this.#keptBytes -= texture.bytes;
    const free = this.#free.get(key);
    if (free) free.push(texture);
    else this.#free.set(key, [texture]);
  }

  /** Destroys every texture. */
  destroy(): void {
    for (const { gpu } of this.#all) gpu.destroy();
    this.#free.clear();
  }
}
