/** A dense row-major array of doubles: what references compute with. */
export interface Nd {
  readonly shape: readonly number[];
  readonly data: Float64Array;
}

/** An array with the elements `f(0)`, `f(1)`, … or those given. */
export function nd(
  shape: readonly number[],
  elements: ArrayLike<number> | ((i: number) => number),
): Nd {
  const size = shape.reduce((a, b) => a * b, 1);
  const data = typeof elements === "function"
    ? Float64Array.from({ length: size }, (_, i) => elements(i))
    : Float64Array.from(elements);
  if (data.length !== size) throw new TypeError(`${data.length} elements do not fill [${shape}]`);
  return { shape, data };
}

/** The coordinates of element `i`. */
export function coordinates(i: number, shape: readonly number[]): number[] {
  const at = new Array<number>(shape.length);
  for (let k = shape.length - 1; k >= 0; k--) {
    at[k] = i % shape[k]!; // k is an axis
    i = Math.floor(i / shape[k]!);
  }
  return at;
}

/** The element at some coordinates; an axis of size 1 stretches, missing axes are the first. */
export function at({ shape, data }: Nd, where: readonly number[]): number {
  let i = 0;
  shape.forEach((size, k) => {
    i = i * size + (size === 1 ? 0 : where[where.length - shape.length + k]!);
  });
  return data[i]!; // inside, as every coordinate is
}

/** `f` of each element. */
export function mapNd(x: Nd, f: (v: number) => number): Nd {
  return nd(x.shape, x.data.map(f));
}

/** The shape that several broadcast to. */
export function commonShape(...arrays: readonly Nd[]): number[] {
  const rank = Math.max(...arrays.map(({ shape }) => shape.length));
  return Array.from(
    { length: rank },
    (_, k) => {
      const sizes = arrays.map(({ shape }) => shape[k - rank + shape.length] ?? 1);
      return sizes.find((size) => size !== 1) ?? 1;
    },
  );
}

/** `f` of elements that broadcast. */
export function zipNd(f: (...values: number[]) => number, ...arrays: readonly Nd[]): Nd {
  const shape = commonShape(...arrays);
  return nd(shape, (i) => {
    const where = coordinates(i, shape);
    return f(...arrays.map((x) => at(x, where)));
  });
}

/** `f` of the elements along some axes, in order; all axes where none are given. */
export function reduceNd(
  x: Nd,
  f: (values: number[]) => number,
  { axes = [...x.shape.keys()], keepAxes = false }: { axes?: number[]; keepAxes?: boolean } = {},
): Nd {
  const over = axes.map((axis) => axis < 0 ? axis + x.shape.length : axis);
  const kept = x.shape.map((size, k) => over.includes(k) ? 1 : size);
  const groups = nd(kept, () => 0).data.length;
  const lists = Array.from({ length: groups }, (): number[] => []);
  x.data.forEach((v, i) => {
    const where = coordinates(i, x.shape);
    const group = kept.reduce((g, size, k) => g * size + (size === 1 ? 0 : where[k]!), 0);
    lists[group]!.push(v); // group is inside kept
  });
  const shape = keepAxes ? kept : x.shape.filter((_, k) => !over.includes(k));
  return nd(shape, lists.map(f));
}

/** Each row along the last axis replaced by `f` of it (and of its number). */
export function rowsNd(x: Nd, f: (row: number[], r: number) => readonly number[]): Nd {
  const length = x.shape.at(-1)!; // rows need an axis
  const rows: number[] = [];
  for (let r = 0; r * length < x.data.length; r++) {
    rows.push(...f([...x.data.slice(r * length, (r + 1) * length)], r));
  }
  const width = rows.length * length / x.data.length;
  return nd([...x.shape.slice(0, -1), width], rows);
}

/** Sum of numbers. */
export function total(values: ArrayLike<number>): number {
  return Array.from(values).reduce((a, b) => a + b, 0);
}
