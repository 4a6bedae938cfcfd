import type { Work } from "./contender.ts";

/** Reads a clock that counts the time of a work, milliseconds. */
export type Clock = (work: Pick<Work, "elsewhere">) => number;

/** How long and how often to measure. */
export interface MeasureOptions {
  readonly clock: Clock;
  /** How many times each contender is measured. */
  readonly rounds: number;
  /** Milliseconds of `clock` that one measurement should take at least. */
  readonly slot: number;
  /** Measurements repeat a work a multiple of this, so that what is due now and then counts alike. */
  readonly unit?: number;
  /** Ends the measurement between two slots. */
  readonly signal: AbortSignal;
  /** Told of a work that threw; it is measured no further. */
  failed(name: string, error: unknown): void;
}

/**
 * Milliseconds a run of each work, `rounds` figures each. The works take turns, so that a noisy
 * minute hits them all. Each has to be compiled already.
 *
 * @throws the signal's reason.
 */
export async function measure(
  works: ReadonlyMap<string, Work>,
  { clock, rounds, slot, signal, failed, unit = 1 }: MeasureOptions,
): Promise<ReadonlyMap<string, readonly number[]>> {
  const samples = new Map<string, number[]>();
  const repeats = new Map<string, number>();
  async function time(name: string, work: Work, times: number): Promise<number | undefined> {
    signal.throwIfAborted();
    try {
      const start = clock(work);
      await work.run(times);
      return (clock(work) - start) / times;
    } catch (error) {
      samples.delete(name);
      failed(name, error);
      return undefined;
    }
  }
  for (const [name, work] of works) {
    samples.set(name, []);
    const once = await time(name, work, 1);
    if (once === undefined) continue;
    const wanted = Math.min(1000, Math.max(1, Math.ceil(slot / Math.max(once, 1e-3))));
    const times = unit * Math.ceil(wanted / unit);
    repeats.set(name, times);
    if (times === 1) samples.set(name, [once]);
  }
  for (let round = 0; round < rounds; round++) {
    for (const [name, work] of works) {
      const mine = samples.get(name);
      if (!mine || mine.length >= rounds) continue;
      const sample = await time(name, work, repeats.get(name) ?? 1);
      if (sample !== undefined) mine.push(sample);
    }
  }
  return samples;
}
