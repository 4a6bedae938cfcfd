import { randomArray } from "./random_array.ts";

/** How {@link judgeElements} judges. */
export interface ElementRule {
  readonly length: number;
  /** The element at a place of the right result, in float64. */
  valueAt(place: number): number;
  /** Allowed error as a share of the largest right value seen. */
  readonly tolerance: number;
}

/**
 * Judges results by their elements against right values: 256 random places, the first and the last,
 * and for every pair of results the place where they differ most, so that an error anywhere is
 * found as soon as one other contender does not share it.
 *
 * @returns the contenders that are wrong, and why.
 */
export function judgeElements(
  results: ReadonlyMap<string, Float32Array>,
  { length, valueAt, tolerance }: ElementRule,
): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  for (const [name, result] of results) {
    if (result.length !== length) {
      wrong.set(name, `${result.length} values instead of ${length}`);
    } else if (!result.every(Number.isFinite)) {
      wrong.set(
        name,
        `value ${result.findIndex((v) => !Number.isFinite(v))} is not finite`,
      );
    }
  }
  const complete = [...results].filter(([name]) => !wrong.has(name));
  const places = new Set([0, length - 1]);
  for (const v of randomArray(256, length)) {
    places.add(Math.trunc((v + 1) / 2 * length));
  }
  complete.forEach(([, a], i) => {
    for (const [, b] of complete.slice(i + 1)) places.add(farthest(a, b));
  });
  const right = [...places].map((place) => [place, valueAt(place)] as const);
  const scale = right.reduce((most, [, value]) => Math.max(most, Math.abs(value)), 0);
  for (const [name, result] of complete) {
    for (const [place, value] of right) {
      const got = result[place] ?? NaN;
      if (!(Math.abs(got - value) <= tolerance * scale)) {
        wrong.set(name, `value ${place} is ${got} instead of ${value}`);
        break;
      }
    }
  }
  return wrong;
}

function farthest(a: Float32Array, b: Float32Array): number {
  let place = 0;
  let most = -1;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    if (difference > most) {
      most = difference;
      place = i;
    }
  }
  return place;
}

/**
 * Judges results of which none is known to be right, by their agreement: who agrees with nobody is
 * wrong. A single result stands.
 *
 * @param distance of two results; at most 1 for agreement, NaN for none.
 */
export function judgeAgreement(
  results: ReadonlyMap<string, Float32Array>,
  distance: (a: Float32Array, b: Float32Array) => number,
): ReadonlyMap<string, string> {
  const wrong = new Map<string, string>();
  for (const [name, result] of results) {
    const others = [...results].filter(([other]) => other !== name);
    const distances = others.map(([, other]) => distance(result, other));
    if (others.length > 0 && !distances.some((d) => d <= 1)) {
      const errors = others.map(([other], i) => `${other} by ${distances[i]?.toPrecision(2)}`);
      wrong.set(
        name,
        `differs from ${errors.join(" and ")} times the allowed distance`,
      );
    }
  }
  return wrong;
}
