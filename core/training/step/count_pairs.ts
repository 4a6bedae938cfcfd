import { pairCountKernel } from "../../../kernels/counts.ts";
import { scalarGroups } from "../../../kernels/pointwise.ts";
import { argmax } from "../../autograd/ops/extreme.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { Targets } from "../plugin/algorithm.ts";

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
  device.dispatch(
    pairCountKernel(),
    [device.tensor(hidden, [hidden.length], "i32"), argmax(targets.probs, 1), mask, pairs],
    [hidden.length, classes],
    scalarGroups(hidden.length),
  );
}
