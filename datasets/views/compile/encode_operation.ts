import {
  type AffineFilter,
  CODE_OF,
  type Operation,
  OPERATIONS,
  operationWord,
  STEP,
} from "../../../kernels/augment/program.ts";
import type { Channels, PixelSize } from "../view_spec.ts";

/** An operation with its magnitude, as a step of a program: exactly Pillow's, computed in doubles. */
export interface OperationCall {
  readonly operation: Operation;
  /** In the units of `OperationChoice.values`, with its sign; none for operations without. */
  readonly magnitude?: number;
  /** How moved pixels are mixed; the nearest by default. */
  readonly filter?: AffineFilter;
  /** What a move lays bare; black by default. */
  readonly fill?: Channels;
}

/**
 * The step of an operation; not of a cutout, which is a box.
 *
 * @throws {RangeError} If there is no such operation or the magnitude is not a number.
 */
export function encodeOperation(
  { operation, magnitude = 0, filter = "nearest", fill = BLACK }: OperationCall,
  size: PixelSize,
): number[] {
  if (!(operation in CODE_OF) || operation === "cutout") {
    throw new RangeError(`There is no operation '${operation}': use ${OPERATIONS.join(", ")}`);
  }
  if (!Number.isFinite(magnitude)) {
    throw new RangeError(`Cannot do ${operation} by ${magnitude}: give a number`);
  }
  const words = [operationWord(operation, filter)];
  const map = inverseMap(operation, magnitude, size);
  if (map) words.push(...affine(map, { filter, fill }));
  else words.push(...parameters(operation, magnitude));
  while (words.length < STEP - 1) words.push(0);
  return [...words, floatBits(magnitude)];
}

/** The word of an f32. */
export function floatBits(value: number): number {
  return new Uint32Array(Float32Array.of(value).buffer)[0]!; // one float, one word
}

/** The word of a colour, red lowest. */
export function colourWord([red, green, blue]: readonly [number, number, number]): number {
  return red | green << 8 | blue << 16;
}

function parameters(operation: Operation, v: number): number[] {
  switch (operation) {
    case "blur":
    case "brightness":
    case "color":
    case "contrast":
    case "sharpness":
      return [floatBits(v)];
    case "posterize":
      return [256 - 2 ** (8 - Math.min(Math.max(Math.trunc(v), 0), 8))];
    case "solarize":
      return [0, Math.ceil(v)]; // p < v and p < ceil(v) are the same for whole p
    case "solarizeAdd":
    case "addToDark":
      return [Math.floor(v), 128]; // so are trunc(p + v) and p + floor(v) from 0 up
    case "invert":
      return [0, 0];
    case "hue":
      return [Math.trunc(255 * v) & 255]; // Pillow's bytes wrap
    default:
      return [];
  }
}

/** Where the pixels of an operation that moves them come from; null for the others. */
function inverseMap(operation: Operation, v: number, size: PixelSize): Matrix | null {
  switch (operation) {
    case "translateX":
      return [1, 0, v, 0, 1, 0];
    case "translateY":
      return [1, 0, 0, 0, 1, v];
    case "shearX":
      return [1, v, 0, 0, 1, 0];
    case "shearY":
      return [1, 0, 0, v, 1, 0];
    case "rotate":
      return rotation(v, size);
    default:
      return null;
  }
}

type Matrix = readonly [number, number, number, number, number, number];

/** The inverse map of Pillow's `Image.rotate`, with its order of operations and 15 decimals. */
function rotation(degrees: number, { height, width }: PixelSize): Matrix {
  const rest = degrees % 360;
  const angle = -((rest < 0 ? rest + 360 : rest) * (Math.PI / 180));
  const round = (value: number) => Number(value.toFixed(15));
  const cos = round(Math.cos(angle)), sin = round(Math.sin(angle));
  const x = width / 2, y = height / 2;
  return [cos, sin, cos * -x + sin * -y + x, -sin, cos, -sin * -x + cos * -y + y];
}

/**
 * A matrix at pixel centres in fixed point: rounded to 16 bits of fraction as Pillow's nearest
 * neighbour has it (a shift alone is whole pixels there), or 32 bits where pixels are mixed.
 */
function affine(
  [a, b, c, d, e, f]: Matrix,
  { filter, fill }: Required<Pick<OperationCall, "filter" | "fill">>,
): number[] {
  const centred = [a, b, c + a * 0.5 + b * 0.5, d, e, f + d * 0.5 + e * 0.5] as const;
  const colour = colourWord(fill);
  if (filter === "nearest") {
    if (a === 1 && b === 0 && d === 0 && e === 1) {
      const shift = (v: number) => Math.floor(v + 0.5) * 65536 + 32768;
      return [65536, 0, shift(c), 0, 65536, shift(f), colour];
    }
    return [...centred.map((v) => Math.floor(v * 65536 + 0.5)), colour];
  }
  const fixed = centred.map((v) => Math.floor(v * 2 ** 32 + 0.5));
  const rests = fixed.map((v) => v - Math.floor(v / 65536) * 65536);
  const pairs = [0, 2, 4].map((i) => (rests[i]! | rests[i + 1]! << 16) >>> 0); // there are six
  return [...fixed.map((v) => Math.floor(v / 65536)), colour, ...pairs];
}

const BLACK: Channels = [0, 0, 0];
