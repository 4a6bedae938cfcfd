import {
  HEAD,
  Head,
  type Operation,
  OPERATIONS,
  SKIPPED,
  STEP,
  Window,
} from "../../../kernels/augment/program.ts";

/** Flips and a crop: pixel (i, j) comes from (left ± i, top ± j), minus where flipped. */
export interface ReadWindow {
  /** Whether left and right were swapped. */
  readonly flipX: boolean;
  /** Whether top and bottom were swapped. */
  readonly flipY: boolean;
  /** First column that was kept. */
  readonly left: number;
  /** First row that was kept. */
  readonly top: number;
}

/** A step as it was drawn. */
export interface ReadStep {
  /** One of `Code`. */
  readonly code: number;
  /** What RandAugment drew; null for other steps. */
  readonly operation: Operation | null;
  /** Whether the operation was drawn but not applied. */
  readonly skipped: boolean;
  /** As drawn, with its sign; 0 for operations without. */
  readonly magnitude: number;
  /** Its parameters, as the kernel reads them. */
  readonly parameters: Int32Array;
}

/** What was drawn for one row of a view. */
export interface ReadProgram {
  /** The operations in their order. */
  readonly steps: readonly ReadStep[];
  /** The window through which the last image is seen. */
  readonly window: ReadWindow;
  /** Rows and columns `[y1, y2, x1, x2]`, ends exclusive, that are set to 0 after normalisation. */
  readonly hidden: readonly number[];
}

/** Makes the programs that `drawViews()` draws readable, one a row. */
export function readPrograms(words: Uint32Array, rowWords: number): ReadProgram[] {
  const signed = new Int32Array(words.buffer, words.byteOffset, words.length);
  const floats = new Float32Array(words.buffer, words.byteOffset, words.length);
  return Array.from({ length: words.length / rowWords }, (_, row) => {
    const at = row * rowWords, first = at + HEAD;
    const steps = Array.from({ length: words[at + Head.steps]! }, (_, k): ReadStep => {
      const step = first + k * STEP, word = words[step]!; // rows are whole, here and below
      return {
        code: word & 0xff,
        operation: OPERATIONS[(word >> 8 & 0xff) - 1] ?? null,
        skipped: (word & SKIPPED) !== 0,
        magnitude: floats[step + STEP - 1]!,
        parameters: signed.subarray(step + 1, step + STEP - 1),
      };
    });
    const hidden = signed.subarray(at + Head.box, at + Head.box + 4);
    return { steps, window: readWindow(signed.subarray(at + Head.window)), hidden: [...hidden] };
  });
}

/** Reads the parameters of a window. */
export function readWindow(words: Int32Array): ReadWindow {
  const [flags = 0, left = 0, top = 0] = words;
  const has = (bit: number) => (flags & bit) !== 0;
  return { flipX: has(Window.flipX), flipY: has(Window.flipY), left, top };
}
