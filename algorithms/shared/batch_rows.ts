import { type BatchSizes, concat, gather, slice, type Tensor } from "../../core/mod.ts";

/** Labels, targets or masks of one view, for `views` of them: the same rows again and again. */
export function repeatRows<T extends Tensor | Tensor<"i32">>(x: T, views: number): T {
  return views === 1 ? x : concat(new Array<Tensor>(views).fill(x as Tensor), 0) as T; // of its type
}

/**
 * Why the images of a step cannot be cut into batches of the labeled size, as {@linkcode interleave}
 * does, or null.
 *
 * @param views Views of each unlabeled image.
 */
export function uncut(views: number, { labeled, unlabeled }: BatchSizes): string | null {
  const rows = labeled + views * unlabeled;
  if (rows % labeled === 0) return null;
  return `a step of ${labeled} labeled images and ${views} views of ${unlabeled} unlabeled ones cannot ` +
    `be cut into batches of ${labeled}: give a batch.ratio that is a whole number`;
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
