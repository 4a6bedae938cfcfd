import type { Kernel, Launch } from "../../../kernels/kernel.ts";
import type { Device } from "../device.ts";
import type { Shape } from "../shape.ts";
import type { Tensor } from "../tensor.ts";
import { gpuTimer, type Timer } from "./gpu_timer.ts";

/** A kind of layer that runs in one of several tiles, all with the same bits. */
export interface Tunable {
  /** By what {@linkcode Device.tiles} knows it. */
  readonly key: string;
  /** Names of the tiles, that of the rule first: it stays where no other is faster. */
  readonly tiles: readonly string[];
  /** Shapes of what the kernels read and write, by their names. */
  readonly shapes: Readonly<Record<string, Shape>>;
  /** How it runs in a tile. */
  launch(tile: string): TileLaunch;
}

/** A kernel and what it is run with besides its arguments. */
export interface TileLaunch<
  Arguments extends string = string,
  Uniforms extends string = string,
> extends Launch<Uniforms> {
  /** The kernel. */
  readonly kernel: Kernel<Arguments, Uniforms>;
}

/**
 * Times the tiles of layers, each kind that the device has no tile for once, and keeps the fastest in
 * {@linkcode Device.tiles}. A tile whose kernel the device does not compile is left out. Waits for
 * the GPU, so it has no place in a step.
 */
export async function tune(
  device: Device,
  tunables: Iterable<Tunable>,
  timer: Timer = gpuTimer,
): Promise<void> {
  for (const { key, tiles, shapes, launch } of tunables) {
    if (device.tiles.has(key)) continue;
    const compiled: string[] = [];
    for (const tile of tiles) {
      if (await device.compiles(launch(tile).kernel)) compiled.push(tile);
    }
    const args: Record<string, Tensor> = {};
    try {
      for (const name in shapes) args[name] = device.keep(() => device.empty(shapes[name]!)); // its own key
      const runs = compiled.map((tile) => () => {
        const { kernel, uniforms, grid } = launch(tile);
        device.dispatch(kernel, args, uniforms, grid);
      });
      const times = await timer(device, runs),
        fastest = compiled[times.indexOf(Math.min(...times))];
      if (fastest !== undefined) device.tiles.set(key, fastest);
    } finally {
      for (const tensor of Object.values(args)) tensor.dispose();
    }
  }
  device.submit(); // what was recorded before may use buffers that are free by now
  device.pool.trim(); // a step has use for other sizes
}
