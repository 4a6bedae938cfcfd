import type { Phase } from "./plugin/host_slots.ts";
import type { StepLog } from "./step/step_log.ts";

/** Which phase a run is in, and what is saved of it. */
export class Phases {
  /** Number of the phase, −1 before the first. */
  index: number = -1;
  /** Steps of the run before it. */
  start = 0;
  /** Its steps; null where it goes on to the end of the run. */
  steps: number | null = null;
  /** Unlabeled images that count as labeled in it, by position, and their classes. */
  labels: ReadonlyMap<number, number> = new Map();

  /** Whether the next phase begins after so many steps. */
  isDue(done: number): boolean {
    return this.index < 0 || (this.steps !== null && done >= this.start + this.steps);
  }

  /** Steps of the phase in a run of so many. */
  length(steps: number): number {
    return Math.min(this.steps ?? Infinity, steps - this.start);
  }

  /**
   * Begins the next phase; null lets the one before go on to the end.
   *
   * @throws {RangeError} If the phase has no whole number of steps.
   */
  enter(phase: Phase | null, done: number): void {
    if (!phase) {
      this.index = Math.max(this.index, 0);
      this.steps = null;
      return;
    }
    if (!Number.isInteger(phase.steps) || phase.steps < 1) {
      throw new RangeError(`A phase has ${phase.steps} steps: give a whole number of at least 1`);
    }
    this.index++;
    this.start = done;
    this.steps = phase.steps;
    this.labels = phase.labels ?? new Map();
  }

  /** Everything as whole numbers: index, start and steps, then pairs of position and class. */
  save(): Int32Array {
    return Int32Array.from([this.index, this.start, this.steps ?? -1, ...[...this.labels].flat()]);
  }

  /** Puts back what {@linkcode Phases.save} gave. */
  restore(saved: ArrayLike<number>): void {
    const [index = -1, start = 0, steps = -1, ...pairs] = Array.from(saved);
    this.index = index;
    this.start = start;
    this.steps = steps < 0 ? null : steps;
    const labels = new Map<number, number>();
    for (let i = 0; i < pairs.length; i += 2) labels.set(pairs[i]!, pairs[i + 1]!); // saved in pairs
    this.labels = labels;
  }
}

/** Labeled images of each class with those that a phase takes in. */
export function countsWith(
  counts: readonly number[],
  labels: ReadonlyMap<number, number>,
): number[] {
  const all = [...counts];
  for (const label of labels.values()) all[label] = (all[label] ?? 0) + 1;
  return all;
}

/** What the host knows of a run's place; the rest of a run are tensors. */
export interface RunPlace {
  /** Steps done. */
  readonly done: number;
  /** Cursors of the loader. */
  readonly cursors: Readonly<Record<string, number>>;
  /** The phase, as {@linkcode Phases.save} gives it; null for methods without phases. */
  readonly phase: Int32Array | null;
  /** Names and counts of the log period. */
  readonly log: ReturnType<StepLog["save"]>;
}
