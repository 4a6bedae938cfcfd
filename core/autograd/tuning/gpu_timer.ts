/// <reference types="@webgpu/types" />
import type { Device } from "../device.ts";

/** Times several recordings of dispatches against each other; their numbers have no unit. */
export type Timer = (device: Device, runs: readonly (() => void)[]) => Promise<readonly number[]>;

/** How often all of them take their turn; the fastest turn counts. */
const ROUNDS = 3;

/** Runs of a turn where the GPU writes down times: browsers round them to 0.1 ms. */
const REPEATS = 4;

/** Milliseconds of a turn by the clock of this machine, which sees the end of a submission late. */
const LONG_ENOUGH = 50;

/** By the GPU's own clock where the device has one, otherwise by that of this machine. */
export const gpuTimer: Timer = (device, runs) =>
  device.gpu.features.has("timestamp-query") ? byTimestamps(device, runs) : byClock(device, runs);

async function byTimestamps(
  device: Device,
  runs: readonly (() => void)[],
): Promise<readonly number[]> {
  const { gpu } = device, count = 2 * ROUNDS * runs.length;
  const queries = gpu.createQuerySet({ type: "timestamp", count });
  const size = count * BigUint64Array.BYTES_PER_ELEMENT;
  const { QUERY_RESOLVE, COPY_SRC, COPY_DST, MAP_READ } = GPUBufferUsage;
  const resolved = gpu.createBuffer({ size, usage: QUERY_RESOLVE | COPY_SRC });
  const read = gpu.createBuffer({ size, usage: COPY_DST | MAP_READ });
  const turns = Array.from({ length: ROUNDS }, () => runs).flat();
  turns.forEach((run, turn) =>
    device.timed({ queries, first: 2 * turn }, () => {
      for (let i = 0; i < REPEATS; i++) run();
    })
  );
  await device.idle();
  const encoder = gpu.createCommandEncoder();
  encoder.resolveQuerySet(queries, 0, count, resolved, 0);
  encoder.copyBufferToBuffer(resolved, 0, read, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const at = new BigUint64Array(read.getMappedRange().slice(0));
  read.destroy();
  resolved.destroy();
  queries.destroy();
  const times = turns.map((_, turn) => Number(at[2 * turn + 1]! - at[2 * turn]!)); // two a turn
  return runs.map((_, i) => Math.min(...times.filter((_, turn) => turn % runs.length === i)));
}

async function byClock(device: Device, runs: readonly (() => void)[]): Promise<readonly number[]> {
  const best = runs.map(() => Infinity);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [i, run] of runs.entries()) best[i] = Math.min(best[i]!, await turn(device, run)); // one a run
  }
  return best;
}

/** Milliseconds of a run, which is submitted until that takes long enough to tell. */
async function turn(device: Device, run: () => void): Promise<number> {
  for (let repeats = 1;; repeats *= 2) {
    await device.idle();
    const start = performance.now();
    for (let i = 0; i < repeats; i++) {
      run();
      device.submit();
    }
    await device.idle();
    const taken = performance.now() - start;
    if (taken >= LONG_ENOUGH) return taken / repeats;
  }
}
