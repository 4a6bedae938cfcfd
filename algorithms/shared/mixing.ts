import {
  concat,
  div,
  gather,
  mixup,
  pow,
  type Rng,
  slice,
  sum,
  type Tensor,
} from "../../core/mod.ts";

/** How the rows of a step are mixed. */
export interface Mixing {
  /** Share of a row itself, [1]. */
  readonly share: Tensor;
  /** The row that each row is mixed with, [rows]. */
  readonly order: Tensor<"i32">;
}

/**
 * Draws one share λ' = max(λ, 1 − λ), λ ~ Beta(α, α), and one order for all rows (Berthelot et al.,
 * "MixMatch", NeurIPS 2019, equations 8 and 9).
 *
 * @param random Random numbers by name, those of a step.
 */
export function drawMixing(
  s: { random(name: string): Rng },
  alpha: number,
  rows: number,
): Mixing {
  const order = s.random("order").permutation(rows);
  const drawn = s.random("share").beta(alpha);
  return { share: order.device.tensor([Math.max(drawn, 1 - drawn)], [1]), order };
}

/** p_k^(1/T), each row scaled to sum 1 (MixMatch, equation 7). */
export function sharpen(probs: Tensor, temperature: number): Tensor {
  const powers = pow(probs, 1 / temperature);
  return div(powers, sum(powers, 1, { keepAxes: true }));
}

/** Mixes rows: λ' x[i] + (1 − λ') x[order[i]]. */
export function mixRows(parts: readonly Tensor[], { order, share }: Mixing): Tensor {
  return mixup(concat(parts, 0), order, share);
}

/**
 * Cuts mixed rows into batches of the labeled size, interleaved so that the statistics of the first
 * batch are those of all kinds of rows.
 *
 * @throws {TypeError} If the rows are no multiple of the batch.
 */
export function interleave(rows: Tensor, batch: number): Tensor[] {
  const parts = (rows.shape[0] ?? 0) / batch;
  if (!Number.isInteger(parts)) {
    throw new TypeError(
      `Cannot cut ${rows} into batches of ${batch}: give a batch.ratio that is a whole number`,
    );
  }
  const all = gather(rows, interleaveOrder(rows, batch));
  return Array.from(
    { length: parts },
    (_, i) => slice(all, { start: i * batch, end: (i + 1) * batch }),
  );
}

/** Undoes {@linkcode interleave} on what a network makes of the batches. */
export function deinterleave(batches: readonly Tensor[]): Tensor {
  const all = concat(batches, 0);
  return gather(all, interleaveOrder(all, batches[0]!.shape[0]!)); // concat() took at least one
}

/**
 * Places of interleaved rows. Each batch is cut into as many groups as there are batches, the last
 * ones a row longer if need be; batch i gives its group i to the first batch for the first one's.
 * Doing it twice changes nothing.
 */
function interleaveOrder({ shape: [rows = 0], device }: Tensor, batch: number): Tensor<"i32"> {
  const parts = rows / batch;
  const order = Int32Array.from({ length: rows }, (_, i) => i);
  const from = (group: number) =>
    group * Math.floor(batch / parts) + Math.max(0, group - (parts - batch % parts));
  for (let i = 1; i < parts; i++) {
    for (let row = from(i); row < from(i + 1); row++) {
      order[row] = i * batch + row;
      order[i * batch + row] = row;
    }
  }
  return device.tensor(order, [rows], "i32");
}
