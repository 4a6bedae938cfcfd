import { NumpyRandom } from "../../../datasets/split/random/numpy_random.ts";
import type { GoldenCase } from "../golden_case.ts";

/**
 * The labels that a case gives or describes under one of its parameters.
 *
 * @param options `param`: which one, `labels` by default. `images`: how many labels a formula gives,
 * `params.n` by default.
 */
export function labelsOf(
  c: GoldenCase,
  { param = "labels", images: n = c.params.n }: {
    readonly param?: string;
    readonly images?: number;
  } = {},
): Int32Array {
  const { C: classes } = c.params;
  const form: unknown = c.params[param] ?? "tensor";
  if (typeof form !== "string") throw new TypeError(`Labels of ${c.name} are of no known form`);
  if (form === "tensor") return c.ints(param);
  const of = (label: (i: number) => number, length = n) =>
    Int32Array.from({ length }, (_, i) => label(i));
  if (form === "mod") return of((i) => i % classes);
  if (form === "rot") return of((i) => (7919 * i + 31 * Math.floor(i / classes)) % classes);
  if (form === "skew") return skewed(c.params.label_counts);
  const blocks = /floor\(i\/(\d+)\)/.exec(form);
  if (blocks) {
    const size = Number(blocks[1]);
    return of((i) => Math.floor(i / size), n ?? size * classes);
  }
  const permuted = /^permutation\((repeat\(.*\))\) of RandomState\((\d+)\)$/.exec(form);
  const order = permuted ? permuted[1] ?? "" : form;
  const repeat = /^repeat\(0\.\.(\d+), (.*)\)$/.exec(order);
  if (!repeat) throw new SyntaxError(`Labels '${form}' of ${c.name} are of no known form`);
  const sizes = Array.from(
    { length: Number(repeat[1]) + 1 },
    (_, label) => classSize(c, { formula: repeat[2] ?? "", label }),
  );
  const labels = Int32Array.from(repeatLabels(sizes));
  return permuted ? new NumpyRandom(Number(permuted[2])).shuffle(labels) : labels;
}

/** Label y `counts[y]` times, class after class. */
export function repeatLabels(counts: readonly number[]): number[] {
  return counts.flatMap((count, label) => new Array<number>(count).fill(label));
}

/** Evaluates a formula like `50 + 3*(c mod 7)`, or the name of a tensor or parameter. */
function classSize(
  c: GoldenCase,
  { formula, label }: { readonly formula: string; readonly label: number },
): number {
  if (c.has(formula)) return c.ints(formula)[label] ?? NaN;
  const scaled = /^trunc\(([\d.]+) \* params\.(\w+)\)$/.exec(formula);
  if (scaled) return Math.trunc(Number(scaled[1]) * c.params[scaled[2] ?? ""][label]);
  const linear = /^(\d+) \+ (?:(\d+)\*)?\(?c(?: mod (\d+))?\)?$/.exec(formula);
  if (!linear) throw new SyntaxError(`Class sizes '${formula}' are of no known form`);
  const [, base, factor = 1, modulus = Infinity] = linear;
  return Number(base) + Number(factor) * (label % Number(modulus));
}

/** Walks over the classes again and again, taking one sample of each that has some left. */
function skewed(counts: readonly number[]): Int32Array {
  const left = [...counts], labels: number[] = [];
  while (left.some((n) => n > 0)) {
    left.forEach((n, label) => {
      if (n <= 0) return;
      labels.push(label);
      left[label] = n - 1;
    });
  }
  return Int32Array.from(labels);
}
