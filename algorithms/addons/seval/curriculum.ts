import {
  BadInput,
  decodeNpy,
  encodeNpy,
  type FloatArray,
  type HostFiles,
} from "../../../core/mod.ts";

/** What a calibration leaves for a later run, one number a class. */
export interface CurriculumRow {
  readonly alpha: readonly number[];
  readonly pi: readonly number[];
  /** Class thresholds. */
  readonly tau: readonly number[];
}

/** Where a curriculum is, and how wide. */
export interface CurriculumPlace {
  /** What its files' names begin with. */
  readonly prefix: string;
  readonly classes: number;
  /** Column of each class; its number if not given. */
  readonly columns?: readonly number[];
  /** Folder of another run; the run's own files if not given. */
  readonly from?: string;
}

/** Names of the files as the released code ends them, and the type that it gives their elements. */
const FILES: readonly (readonly [key: keyof CurriculumRow, name: string, bytes: 4 | 8])[] = [
  ["alpha", "alpha", 4],
  ["pi", "pi", 4],
  ["tau", "thres", 8],
];

/**
 * All rows of a curriculum, row e from the calibration of number e.
 *
 * @throws {BadInput} If a file is missing, unreadable or of another width or height than the others.
 */
export async function readCurriculum(
  files: HostFiles,
  place: CurriculumPlace,
): Promise<CurriculumRow[]> {
  const arrays = new Map<keyof CurriculumRow, FloatArray>();
  for (const [key, end] of FILES) {
    const name = `${place.prefix}${end}.npy`;
    const found = await readArray(files, name, place);
    if (!found) {
      throw new BadInput(
        `There is no curriculum file ${name} in ${
          place.from ?? "this run"
        }: set seval.curriculum ` +
          "to the folder of a run with seval.mode=estimate, and seval.prefix to what names begin with",
      );
    }
    arrays.set(key, found);
  }
  const heights = [...arrays.values()].map(({ shape }) => shape[0]!); // of two axes
  if (new Set(heights).size > 1) {
    throw new BadInput(
      `The files of the curriculum ${place.prefix} have ${heights.join(", ")} rows`,
    );
  }
  return Array.from({ length: heights[0] ?? 0 }, (_, row) => {
    const of = (key: keyof CurriculumRow) => {
      const values = rowOf(arrays.get(key)!, row); // all were read
      return place.columns?.map((column) => values[column] ?? NaN) ?? values;
    };
    return { alpha: of("alpha"), pi: of("pi"), tau: of("tau") };
  });
}

/**
 * Writes a row and drops those after it, which a run that went on from an older checkpoint makes
 * anew. Rows before it that are not there become NaN.
 */
export async function writeCurriculumRow(
  files: HostFiles,
  place: Omit<CurriculumPlace, "from">,
  { row, values }: { readonly row: number; readonly values: CurriculumRow },
): Promise<void> {
  const { prefix, classes, columns } = place;
  for (const [key, end, bytes] of FILES) {
    const name = `${prefix}${end}.npy`;
    const size = (row + 1) * classes;
    const data = bytes === 4 ? new Float32Array(size) : new Float64Array(size);
    data.fill(NaN);
    const known = await readArray(files, name, place);
    if (known) data.set(known.data.subarray(0, row * classes));
    values[key].forEach((x, c) => data[row * classes + (columns?.[c] ?? c)] = x);
    await files.write(name, encodeNpy({ shape: [row + 1, classes], data }));
  }
}

async function readArray(
  files: HostFiles,
  name: string,
  { classes, from }: Omit<CurriculumPlace, "prefix">,
): Promise<FloatArray | undefined> {
  const bytes = await files.read(name, from);
  if (!bytes) return undefined;
  const array = decoded(bytes, name);
  if (array.shape.length === 2 && array.shape[1] === classes) return array;
  throw new BadInput(`${name} has the shape [${array.shape}], a curriculum has [rows, ${classes}]`);
}

function decoded(bytes: Uint8Array, name: string): FloatArray {
  try {
    return decodeNpy(bytes, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    throw error;
  }
}

function rowOf({ shape, data }: FloatArray, row: number): number[] {
  const width = shape[1]!; // of two axes
  return [...data.subarray(row * width, (row + 1) * width)];
}
