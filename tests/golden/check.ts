import type { GoldenTensor } from "./golden_case.ts";

/** What a golden case came to. */
export interface Verdict {
  readonly status: "pass" | "fail" | "skip";
  /** Largest error divided by what was allowed. */
  readonly worst: number;
  /** Where the largest error was. */
  readonly tensor: string;
  readonly why: string | null;
}

/** How far a number may be off: `relative` × largest magnitude wanted + `absolute`. */
export interface Tolerance {
  readonly relative?: number;
  readonly absolute?: number;
  /** Measure `relative` by each value's own magnitude, not by the largest one. */
  readonly elementwise?: boolean;
}

type Numbers = ArrayLike<number>;

/** Collects the comparisons of one case. */
export class Check {
  #worst = 0;
  #where = "";
  #failure: string | null = null;
  #skip: string | null = null;
  #compared = 0;

  /**
   * Compares floats: `|got - want| <= max(relative * max|want| + absolute, 8 * f32Err)`.
   * Equal infinities and NaN against NaN agree.
   */
  close(
    name: string,
    got: Numbers | number,
    want: GoldenTensor | Numbers | number,
    { relative = 1e-5, absolute = 1e-6, elementwise = false }: Tolerance = {},
  ): void {
    const f32Err = isGolden(want) ? want.f32Err : 0;
    const g = list(got), w = list(isGolden(want) ? want.data : want);
    if (!this.#sameLength(name, g, w)) return;
    let largest = 0;
    for (let i = 0; i < w.length; i++) {
      const size = Math.abs(w[i]!); // i is inside w
      if (Number.isFinite(size) && size > largest) largest = size;
    }
    for (let i = 0; i < w.length; i++) {
      const a = g[i]!, b = w[i]!; // both have w's length
      if (Object.is(a, b) || a === b) continue;
      const scale = elementwise ? Math.abs(b) : largest;
      const allowed = Math.max(relative * scale + absolute, 8 * f32Err);
      const error = Math.abs(a - b) / allowed;
      this.#note(Number.isNaN(error) ? Infinity : error, `${name}[${i}]`, a, b);
    }
  }

  /** Compares integers, strings or lists of them, which must be the same. */
  equal(
    name: string,
    got: Numbers | number | string | boolean | readonly string[],
    want: GoldenTensor | Numbers | number | string | boolean | readonly string[],
  ): void {
    const g = list(got as Numbers | number);
    const w = list((isGolden(want) ? want.data : want) as Numbers | number);
    if (!this.#sameLength(name, g, w)) return;
    for (let i = 0; i < w.length; i++) {
      if (!Object.is(g[i], w[i]) && g[i] !== w[i]) {
        this.#note(Infinity, `${name}[${i}]`, g[i], w[i]);
      }
    }
  }

  /** Fails unless `ok`, for what is neither of the above. */
  that(name: string, ok: boolean, why: string): void {
    this.#compared++;
    if (!ok) this.fail(name, why);
  }

  /** Fails the case with a reason. */
  fail(name: string, why: string): void {
    this.#worst = Infinity;
    this.#where = name;
    this.#failure ??= why;
  }

  /** Leaves the case out: only for a quirk that the fixture says must not be reproduced. */
  skip(why: string): void {
    this.#skip = why;
  }

  /** The outcome; a case in which nothing was compared has failed. */
  verdict(): Verdict {
    if (this.#skip !== null) return { status: "skip", worst: 0, tensor: "", why: this.#skip };
    if (this.#compared === 0) this.fail("", "nothing was compared");
    return {
      status: this.#failure === null ? "pass" : "fail",
      worst: this.#worst,
      tensor: this.#where,
      why: this.#failure,
    };
  }

  #sameLength(name: string, g: Numbers, w: Numbers): boolean {
    this.#compared++;
    if (g.length === w.length) return true;
    this.fail(name, `${g.length} values came out, ${w.length} were wanted`);
    return false;
  }

  #note(error: number, where: string, got: unknown, want: unknown): void {
    if (error > this.#worst) {
      this.#worst = error;
      this.#where = where;
    }
    if (error > 1) this.#failure ??= `${where} is ${got}, wanted ${want}`;
  }
}

function isGolden(value: unknown): value is GoldenTensor {
  return typeof value === "object" && value !== null && "meaning" in value && "data" in value;
}

function list(value: Numbers | number): Numbers {
  return typeof value === "object" ? value : [value];
}
