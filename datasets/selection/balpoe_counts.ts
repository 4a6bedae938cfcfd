/**
 * Class counts as BalPoE's code rounds them: trunc(max · f^(c / (C - 1))), the last class included.
 *
 * The imbalance is given as BalPoE gives it, f = 1/γ: through γ a last digit would be lost, and with
 * it an image where the product is a whole number (100 · 0.45).
 *
 * @param classes How many classes C; at least 2.
 * @param options `max`: images of class 0. `factor`: the last class over class 0, f; above 0, at
 * most 1.
 * @throws {RangeError} If a value is out of range.
 */
export function balpoeCounts(
  classes: number,
  { max, factor }: { readonly max: number; readonly factor: number },
): number[] {
  if (!Number.isInteger(classes) || classes < 2) {
    throw new RangeError(`Cannot make a long tail of ${classes} classes: at least 2 are needed`);
  }
  if (!(factor > 0 && factor <= 1)) {
    throw new RangeError(`Cannot use an imbalance factor of ${factor}: give one of (0, 1]`);
  }
  return Array.from({ length: classes }, (_, c) => Math.trunc(max * factor ** (c / (classes - 1))));
}
