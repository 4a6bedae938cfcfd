import { enqueueKernel } from "../../../kernels/enqueue.ts";
import { linearGrid } from "../../../kernels/kernel.ts";
import type { Tensor } from "../tensor.ts";
import { requireFloat } from "./apply.ts";
import { div, maximum } from "./pointwise.ts";
import { sum } from "./reduce.ts";

/** First-in-first-out queues of vectors, one a class. */
export interface ClassQueue {
  /** Vectors, oldest first, zero behind the last one [classes, slots, width]. */
  readonly vectors: Tensor;
  /** How many vectors each class holds [classes]. */
  readonly held: Tensor;
}

/**
 * Appends each row to the queue of its class; what no longer fits falls out at the old end. Makes
 * new queues and has no gradient.
 *
 * @param queue Queues so far; zeros are empty ones.
 * @param rows Vectors [batch, width].
 * @param options `y`: classes of the rows [batch]. `limits`: most vectors of each class [classes], at
 *   most as many as there are slots.
 * @throws {TypeError} If the shapes do not fit.
 *
 * @example The oldest vector makes room
 * ```ts
 * import { enqueue, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const empty = { vectors: device.zeros([2, 2, 1]), held: device.zeros([2]) };
 * const { vectors, held } = enqueue(empty, device.tensor([5, 6, 7, 8], [4, 1]), {
 *   y: device.tensor([0, 1, 0, 0], [4], "i32"),
 *   limits: device.tensor([2, 2], [2]),
 * });
 * assert.deepEqual([...await device.read(vectors)], [7, 8, 6, 0]);
 * assert.deepEqual([...await device.read(held)], [2, 1]);
 * device.destroy();
 * ```
 */
export function enqueue(
  { vectors, held }: ClassQueue,
  rows: Tensor,
  { y, limits }: { readonly y: Tensor<"i32">; readonly limits: Tensor },
): ClassQueue {
  requireFloat("enqueue", rows);
  const [classes = 0, slots = 0, width = 0] = vectors.shape;
  const fits = vectors.shape.length === 3 && rows.shape.length === 2 && rows.shape[1] === width &&
    rows.shape[0] === y.size && held.size === classes && limits.size === classes;
  if (!fits) {
    throw new TypeError(
      `Cannot append ${rows} of classes ${y} to queues ${vectors} that hold ${held} of ${limits}`,
    );
  }
  const { device } = rows;
  const next = { vectors: device.empty(vectors.shape), held: device.empty(held.shape) };
  device.dispatch(
    enqueueKernel(),
    { queue: vectors, held, limits, x: rows, y, next: next.vectors, nextHeld: next.held },
    { classes, slots, width, count: y.size },
    linearGrid(classes * slots),
  );
  return next;
}

/**
 * Mean vector of each class's queue [classes, width]; zero where it is empty.
 *
 * @throws {TypeError} If the queues are not [classes, slots, width] or their numbers not [classes].
 */
export function queueMeans({ vectors, held }: ClassQueue): Tensor {
  const [classes = 0] = vectors.shape;
  if (vectors.shape.length !== 3 || held.size !== classes) {
    throw new TypeError(`Cannot take the means of queues ${vectors} that hold ${held}`);
  }
  return div(sum(vectors, 1), maximum(held, 1).view([classes, 1]));
}
