/** Settings of {@linkcode nelderMead}. */
export interface NelderMeadOptions {
  /** Lower and upper bound of each variable. */
  readonly bounds: readonly (readonly [low: number, high: number])[];
  /** Stops where simplex and values are both within this. */
  readonly tolerance: number;
  /** Told every point and its value, in order. */
  onTrial?(x: readonly number[], value: number): void;
}

/** What {@linkcode nelderMead} found. */
export interface Minimum {
  /** Where it is. */
  readonly x: readonly number[];
  /** The value there. */
  readonly value: number;
  /** Rounds of the search. */
  readonly iterations: number;
  /** Values that were computed. */
  readonly evaluations: number;
}

interface Vertex {
  x: readonly number[];
  value: number;
}

/** Thrown within a search when it has computed all values that it may. */
class Spent extends Error {}

/**
 * Minimises a function in a box by the downhill simplex method (Nelder and Mead, "A simplex method
 * for function minimization", The Computer Journal 1965), with reflection 1, expansion 2, contraction
 * and shrinkage ½. Draws no random numbers: the same function gives the same path.
 *
 * Follows SciPy's `minimize(method="Nelder-Mead")`, whose path decides SEVAL's results: the first
 * simplex makes one variable after the other 5 % larger (0.00025 from 0), every point is moved into
 * the box before it is tried, ties keep their order, and after 200 values or rounds for each variable
 * the best vertex is returned.
 *
 * @throws {TypeError} If there are not as many bounds as variables.
 *
 * @example The lowest point of a bowl
 * ```ts
 * import { nelderMead } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { x } = nelderMead(([a = 0, b = 0]) => (a - 1) ** 2 + (b + 2) ** 2, [0.5, 0.5], {
 *   bounds: [[-5, 5], [-5, 5]],
 *   tolerance: 1e-7,
 * });
 * assert.ok(Math.abs(x[0]! - 1) < 1e-6 && Math.abs(x[1]! + 2) < 1e-6);
 * ```
 */
export function nelderMead(
  f: (x: readonly number[]) => number,
  start: readonly number[],
  { bounds, tolerance, onTrial }: NelderMeadOptions,
): Minimum {
  if (bounds.length !== start.length) {
    throw new TypeError(`Cannot search ${start.length} variables in ${bounds.length} bounds`);
  }
  const limit = 200 * start.length;
  let evaluations = 0, iterations = 1;
  const inside = (x: readonly number[]) => x.map((v, i) => clip(v, bounds[i]!)); // one a variable
  const measure = (x: readonly number[]): number => {
    if (evaluations >= limit) throw new Spent();
    evaluations++;
    const value = f(x);
    onTrial?.(x, value);
    return value;
  };
  const simplex = firstSimplex(inside(start), bounds).map((x): Vertex => ({ x, value: Infinity }));
  const sort = () => simplex.sort((a, b) => a.value - b.value || 0);
  untilSpent(() => {
    for (const vertex of simplex) vertex.value = measure(vertex.x);
  });
  sort();
  while (evaluations < limit && iterations < limit && !isSmall(simplex, tolerance)) {
    untilSpent(() => {
      improve(simplex, { inside, measure });
      iterations++;
    });
    sort();
  }
  return { ...simplex[0]!, iterations, evaluations }; // a simplex has vertices
}

function firstSimplex(
  start: readonly number[],
  bounds: NelderMeadOptions["bounds"],
): (readonly number[])[] {
  const others = start.map((_, k) =>
    start.map((v, i) => {
      if (i !== k) return v;
      const moved = v === 0 ? 0.00025 : 1.05 * v, [low, high] = bounds[i]!; // one a variable
      return clip(moved > high ? 2 * high - moved : moved, [low, high]);
    })
  );
  return [start, ...others];
}

interface Search {
  inside(x: readonly number[]): readonly number[];
  measure(x: readonly number[]): number;
}

/** One round: replaces the worst vertex, or shrinks the simplex towards the best. */
function improve(simplex: Vertex[], { inside, measure }: Search): void {
  const best = simplex[0]!, worst = simplex.at(-1)!, second = simplex.at(-2)!; // two at least
  const centre = best.x.map((_, i) => {
    let sum = 0;
    for (let v = 0; v < simplex.length - 1; v++) sum += simplex[v]!.x[i]!; // v and i are inside
    return sum / (simplex.length - 1);
  });
  const along = (a: number, b: number): Vertex => {
    const x = inside(centre.map((c, i) => a * c + b * worst.x[i]!)); // as many variables
    return { x, value: measure(x) };
  };
  const take = (vertex: Vertex) => Object.assign(worst, vertex);
  const reflected = along(2, -1);
  if (reflected.value < best.value) {
    const expanded = along(3, -2);
    return void take(expanded.value < reflected.value ? expanded : reflected);
  }
  if (reflected.value < second.value) return void take(reflected);
  if (reflected.value < worst.value) {
    const outer = along(1.5, -0.5);
    if (outer.value <= reflected.value) return void take(outer);
  } else {
    const inner = along(0.5, 0.5);
    if (inner.value < worst.value) return void take(inner);
  }
  for (const vertex of simplex.slice(1)) {
    vertex.x = inside(vertex.x.map((v, i) => best.x[i]! + 0.5 * (v - best.x[i]!))); // as many variables
    vertex.value = measure(vertex.x);
  }
}

function isSmall(simplex: readonly Vertex[], tolerance: number): boolean {
  const [best, ...others] = simplex as [Vertex, ...Vertex[]];
  return others.every(({ x, value }) =>
    Math.abs(value - best.value) <= tolerance &&
    x.every((v, i) => Math.abs(v - best.x[i]!) <= tolerance) // as many variables
  );
}

function untilSpent(body: () => void): void {
  try {
    body();
  } catch (error) {
    if (!(error instanceof Spent)) throw error;
  }
}

function clip(v: number, [low, high]: readonly [number, number]): number {
  return Math.min(Math.max(v, low), high);
}
