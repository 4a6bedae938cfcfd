import { ENTRY, Flag, Law } from "../../../kernels/augment/view_table.ts";
import {
  type AffineFilter,
  type Operation,
  operationWord,
} from "../../../kernels/augment/program.ts";
import { colourWord, encodeOperation, floatBits } from "./encode_operation.ts";
import type {
  ColorJitterStage,
  OperationChoice,
  PixelSize,
  PolicyOperation,
} from "../view_spec.ts";

const BLACK = [0, 0, 0] as const;
const GREY = [127, 127, 127] as const;

const LAWS: Readonly<Partial<Record<Operation, number>>> = {
  blur: Law.factor,
  brightness: Law.factor,
  color: Law.factor,
  contrast: Law.factor,
  sharpness: Law.factor,
  posterize: Law.bits,
  solarize: Law.threshold,
  solarizeAdd: Law.addend,
  addToDark: Law.addend,
  translateX: Law.shiftX,
  translateY: Law.shiftY,
  shearX: Law.shearX,
  shearY: Law.shearY,
  rotate: Law.rotate,
  hue: Law.hue,
};

/**
 * The entries of operations to choose from, each with how likely it is applied, for images of one size.
 * `place` puts words somewhere in the table and tells where.
 *
 * @throws {RangeError} If an operation has no law for its magnitude.
 */
export function encodeChoices(
  choices: readonly PolicyOperation[],
  size: PixelSize,
  place: (words: readonly number[]) => number,
): number[] {
  return choices.flatMap((entry) => {
    const word = operationWord(entry.operation, filtersOf(entry)[0]);
    const words = [word, ...law(entry, size, place)];
    while (words.length < ENTRY - 1) words.push(0);
    return [...words, floatBits(entry.probability)];
  });
}

/** Kinds of the steps that an entry may become. */
export function codesOf(entry: OperationChoice): number[] {
  return filtersOf(entry).map((filter) => operationWord(entry.operation, filter) & 0xff);
}

/**
 * The operations of a colour jitter and the laws of their magnitudes.
 *
 * @throws {RangeError} If a spread is below 0, or the hue's above 1/2.
 */
export function jitterChoices(
  { brightness = 0, contrast = 0, saturation = 0, hue = 0 }: ColorJitterStage,
): PolicyOperation[] {
  for (const [name, spread] of Object.entries({ brightness, contrast, saturation, hue })) {
    if (!(spread >= 0 && spread <= (name === "hue" ? 0.5 : Infinity))) {
      throw new RangeError(
        `Cannot jitter ${name} by ${spread}: give ${name === "hue" ? "0 to 0.5" : "0 or more"}`,
      );
    }
  }
  const factor = (operation: "brightness" | "contrast" | "color", spread: number) =>
    spread > 0
      ? [{ operation, range: [Math.max(0, 1 - spread), 1 + spread], probability: 1 } as const]
      : [];
  return [
    ...factor("brightness", brightness),
    ...factor("contrast", contrast),
    ...factor("color", saturation),
    ...(hue > 0 ? [{ operation: "hue", range: [-hue, hue], probability: 1 } as const] : []),
  ];
}

function filtersOf({ filter = "nearest" }: OperationChoice): readonly AffineFilter[] {
  return filter === "bilinear or bicubic" ? ["bilinear", "bicubic"] : [filter];
}

function law(
  entry: OperationChoice,
  size: PixelSize,
  place: (words: readonly number[]) => number,
): number[] {
  const { operation, values, range, signed = false, fill, leastCentre = 0 } = entry;
  const filters = filtersOf(entry);
  if (range) {
    const kind = LAWS[operation];
    if (kind === undefined) {
      throw new RangeError(`Operation '${operation}' has no range of magnitudes: give values`);
    }
    const { normal, whole = false } = entry;
    const flags = (signed ? Flag.signed : 0) | (filters.length > 1 ? Flag.mixed : 0) |
      (whole ? Flag.whole : 0) | (normal ? Flag.normal : 0);
    const numbers = [...range.map(floatBits), flags, colourWord(fill ?? BLACK)];
    return [kind, ...numbers, ...(normal ?? []).map(floatBits)];
  }
  if (operation === "cutout") {
    if (!values) throw new RangeError("Operation 'cutout' has no sizes: give values");
    const sizes = place(values.map(floatBits));
    return [Law.box, values.length, sizes, colourWord(fill ?? GREY), floatBits(leastCentre)];
  }
  if (!values) {
    if (LAWS[operation] !== undefined) {
      throw new RangeError(`Operation '${operation}' has no magnitude: give values or a range`);
    }
    return [Law.steps, 1, place(encodeOperation({ operation }, size))];
  }
  const all = signed ? values.flatMap((v) => [v, -v]) : values;
  const steps = all.flatMap((magnitude) =>
    filters.map((filter) =>
      encodeOperation({ operation, magnitude, filter, fill: fill ?? BLACK }, size)
    )
  );
  return [Law.steps, steps.length, place(steps.flat())];
}
