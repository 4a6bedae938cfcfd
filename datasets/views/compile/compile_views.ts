import { MAX_VIEWS } from "../../../kernels/augment/view_table.ts";
import type { PixelSize, ViewSpec } from "../view_spec.ts";
import { shown, ViewCompiler } from "./view_compiler.ts";

/** Several views as the table that the kernels read, and what the host must know to run them. */
export interface CompiledViews {
  readonly table: Uint32Array;
  /** Number of views. */
  readonly views: number;
  /** Steps that a row of the program has room for. */
  readonly steps: number;
  /** Size of the result. */
  readonly size: PixelSize;
  /** Pixels of the largest image that a step leaves behind; 0 if there are no steps. */
  readonly capacity: number;
  /** How often a pixel of a row is visited, at most. */
  readonly visits: number;
  /** Kinds of steps that rows may have. */
  readonly codes: readonly number[];
}

/**
 * Lays views out as one table for images of one size: their places, then each view as
 * `kernels/augment/view_table.ts` reads it.
 *
 * @throws {RangeError} If a view cannot be made of such images; says which stage and why.
 */
export function compileViews(specs: readonly ViewSpec[], from: PixelSize): CompiledViews {
  if (specs.length < 1 || specs.length > MAX_VIEWS) {
    throw new RangeError(`Cannot make ${specs.length} views at once: give 1 to ${MAX_VIEWS}`);
  }
  const views = specs.map((spec) => new ViewCompiler(spec, from));
  const { size } = views[0]!; // there is a view
  for (const view of views) {
    if (shown(view.size) !== shown(size)) {
      throw new RangeError(
        `Cannot make views of ${shown(size)} and of ${shown(view.size)} pixels at once`,
      );
    }
  }
  const words = views.map((view) => view.words());
  let at = views.length;
  const places = words.map(({ length }) => (at += length) - length);
  return {
    table: Uint32Array.from(places.concat(...words)),
    views: views.length,
    steps: Math.max(...views.map(({ steps }) => steps)),
    size,
    capacity: Math.max(...views.map(({ capacity }) => capacity)),
    visits: Math.max(...views.map(({ visits }) => visits)),
    codes: [...new Set(views.flatMap(({ codes }) => [...codes]))],
  };
}
