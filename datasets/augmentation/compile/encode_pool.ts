import { ENTRY, Law } from "../../../kernels/augment/view_table.ts";
import { type Operation, operationWord } from "../../../kernels/augment/program.ts";
import { colourWord, encodeOperation, floatBits } from "./encode_operation.ts";
import type { PixelSize, PoolOperation } from "../view_recipe.ts";

const LAWS: Readonly<Partial<Record<Operation, number>>> = {
  brightness: Law.factor,
  color: Law.factor,
  contrast: Law.factor,
  sharpness: Law.factor,
  posterize: Law.bits,
  solarize: Law.threshold,
  solarizeAdd: Law.addend,
  translateX: Law.shiftX,
  translateY: Law.shiftY,
  shearX: Law.shearX,
  shearY: Law.shearY,
  rotate: Law.rotate,
};

/**
 * The entries of a pool of operations, for images of one size. `place` puts words somewhere in the
 * table and tells where.
 *
 * @throws {RangeError} If an operation has no law for its magnitude.
 */
export function encodePool(
  pool: readonly PoolOperation[],
  size: PixelSize,
  place: (words: readonly number[]) => number,
): number[] {
  return pool.flatMap((entry) => {
    const words = [operationWord(entry.operation), ...law(entry, size, place)];
    while (words.length < ENTRY) words.push(0);
    return words;
  });
}

function law(
  { operation, values, range, signed = false, fill = [127, 127, 127], leastCentre = 0 }:
    PoolOperation,
  size: PixelSize,
  place: (words: readonly number[]) => number,
): number[] {
  if (range) {
    const kind = LAWS[operation];
    if (kind === undefined) {
      throw new RangeError(`Operation '${operation}' has no range of magnitudes: give values`);
    }
    return [kind, ...range.map(floatBits)];
  }
  if (operation === "cutout") {
    if (!values) throw new RangeError("Operation 'cutout' has no sizes: give values");
    const sizes = place(values.map(floatBits));
    return [Law.box, values.length, sizes, colourWord(fill), floatBits(leastCentre)];
  }
  if (!values) {
    if (LAWS[operation] !== undefined) {
      throw new RangeError(`Operation '${operation}' has no magnitude: give values or a range`);
    }
    return [Law.steps, 1, place(encodeOperation({ operation }, size))];
  }
  const all = signed ? values.flatMap((v) => [v, -v]) : values;
  const steps = all.map((magnitude) => encodeOperation({ operation, magnitude }, size));
  return [Law.steps, all.length, place(steps.flat())];
}
