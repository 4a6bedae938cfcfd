import { logKernel, pairCountKernel } from "../../../kernels/counts.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import type { Device } from "../../autograd/device.ts";
import { argmax } from "../../autograd/ops/extreme.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Targets } from "../plugin/step_slots.ts";

/** Scalars that a run may log. */
const SLOTS = 64;

/** Sums scalars over a log period on the GPU; they are read back once, all together. */
export class StepLog {
  /** Sums by slot, on the GPU. */
  readonly sums: Tensor;
  readonly #device: Device;
  readonly #slots = new Map<string, number>();
  #counts = new Array<number>(SLOTS).fill(0);

  /** A period without scalars. */
  constructor(device: Device) {
    this.#device = device;
    this.sums = device.keep(() => device.zeros([SLOTS]));
  }

  /** Records adding a scalar to a name's sum. */
  add(name: string, value: Tensor): void {
    if (value.size !== 1) throw new TypeError(`Cannot log '${name}': ${value} is not one number`);
    let slot = this.#slots.get(name);
    if (slot === undefined) {
      if (this.#slots.size === SLOTS) {
        throw new RangeError(`Cannot log '${name}': a run logs at most ${SLOTS} names`);
      }
      this.#slots.set(name, slot = this.#slots.size);
    }
    this.#device.dispatch(logKernel(), { value, sums: this.sums }, { slot }, [1]);
    this.#counts[slot]!++; // slot is below SLOTS
  }

  /** Means since the last clear, from sums that were read back. */
  means(sums: Float32Array): Map<string, number> {
    const means = new Map<string, number>();
    for (const [name, slot] of this.#slots) {
      const count = this.#counts[slot]!; // slot is below SLOTS, as in sums
      if (count > 0) means.set(name, sums[slot]! / count);
    }
    return means;
  }

  /** Records starting a new period. */
  clear(): void {
    this.#device.clear(this.sums);
    this.#counts.fill(0);
  }

  /** Names and counts, to go on within a period. */
  save(): { readonly names: readonly string[]; readonly counts: readonly number[] } {
    return { names: [...this.#slots.keys()], counts: this.#counts.slice(0, this.#slots.size) };
  }

  /** Goes on from saved names and counts; the sums are restored like any tensor. */
  restore({ names, counts }: ReturnType<StepLog["save"]>): void {
    this.#slots.clear();
    names.forEach((name, i) => this.#slots.set(name, i));
    this.#counts = Array.from({ length: SLOTS }, (_, i) => counts[i] ?? 0);
  }
}

/** What {@linkcode countPairs} counts in. */
export interface PairCounts {
  readonly targets: Targets;
  readonly mask: Tensor;
  readonly classes: number;
  /** Counts of (true, pseudo) pairs [2, classes, classes]: all, then those with a mask. */
  readonly pairs: Tensor<"u32">;
}

/** Adds a step's pseudo-labels to the counts; `hidden` are the true classes, −1 where unknown. */
export function countPairs(
  hidden: Int32Array,
  { targets, mask, classes, pairs }: PairCounts,
): void {
  const { device } = mask;
  const n = hidden.length, truth = device.tensor(hidden, [n], "i32");
  const args = { truth, pseudo: argmax(targets.probs, 1), mask, counts: pairs };
  device.dispatch(pairCountKernel(), args, { n, classes }, scalarGroups(n));
}
