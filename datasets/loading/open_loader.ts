import type { Loader } from "../../core/training/loader.ts";
import { GpuLoader, type LoaderViews } from "./gpu_loader.ts";
import { SplitDraws, type SplitDrawsOptions } from "./split_draws.ts";
import { StreamingLoader } from "./streaming_loader.ts";

/** What {@linkcode openLoader} works with. */
export interface OpenLoaderOptions extends SplitDrawsOptions, LoaderViews {
  /** Bytes of images that may live on the GPU; null for what its buffers can hold. */
  readonly residentBytes?: number | null;
  /** Steps whose images are read ahead where they are streamed; 3 by default. */
  readonly prefetch?: number;
}

/** Kernels find an image by its first byte, a 32-bit number. */
const ADDRESSABLE = 2 ** 32 - 1;

/**
 * Opens the images of a split: on the GPU if they fit there, else streamed. The run is the same
 * either way, bit for bit.
 */
export async function openLoader(options: OpenLoaderOptions): Promise<Loader> {
  const { device: { gpu: { limits } }, dataset: { size }, residentBytes } = options;
  const room = Math.min(
    residentBytes ?? Infinity,
    limits.maxStorageBufferBindingSize,
    limits.maxBufferSize,
    ADDRESSABLE,
  );
  const draws = new SplitDraws(options);
  const images = Math.max(draws.sets.images.length, draws.test.rows.length);
  return images * size * size * 3 <= room
    ? await GpuLoader.open(draws, options)
    : new StreamingLoader(draws, options);
}
