/** An rgba32float texture on loan: a layout that software adapters read faster than a buffer. */
export class Image {
  readonly view: GPUTextureView;
  /** Unique among the images of a device; negative, so that it is no buffer's number. */
  readonly id: number;
  readonly width: number;
  readonly height: number;
  readonly #pool: ImagePool;
  readonly gpu: GPUTexture;

  constructor(pool: ImagePool, gpu: GPUTexture, id: number) {
    this.#pool = pool;
    this.gpu = gpu;
    this.view = gpu.createView();
    this.id = id;
    this.width = gpu.width;
    this.height = gpu.height;
  }

  /** Gives the texture back. */
  free(): void {
    this.#pool.release(this);
  }
}

/** Hands out rgba32float textures by size and takes them back. */
export class ImagePool {
  readonly #device: GPUDevice;
  readonly #free = new Map<string, Image[]>();
  readonly #all: Image[] = [];

  constructor(device: GPUDevice) {
    this.#device = device;
  }

  /** How many textures were ever created. */
  get created(): number {
    return this.#all.length;
  }

  /** A texture of exactly this size with undefined contents. */
  acquire(width: number, height: number): Image {
    const found = this.#free.get(`${width}x${height}`)?.pop();
    if (found) return found;
    const texture = this.#device.createTexture({
      size: [width, height],
      format: "rgba32float",
      usage: GPUTextureUsage.TEXTURE_BINDING | GPUTextureUsage.STORAGE_BINDING |
        GPUTextureUsage.COPY_DST,
    });
    const image = new Image(this, texture, -1 - this.#all.length);
    this.#all.push(image);
    return image;
  }

  /** Takes a texture back. */
  release(image: Image): void {
    const key = `${image.width}x${image.height}`;
    const free = this.#free.get(key);
    if (free) free.push(image);
    else this.#free.set(key, [image]);
  }

  /** Destroys every texture. */
  destroy(): void {
    for (const { gpu } of this.#all) gpu.destroy();
    this.#free.clear();
  }
}
