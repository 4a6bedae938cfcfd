import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";

/**
 * Reads and checks one case and remembers what was touched, so that nothing a case holds is passed
 * over. Results that a case does not hold are not compared.
 */
export class CaseReader {
  readonly case: GoldenCase;
  readonly #check: Check;
  readonly #tolerance: Tolerance;
  readonly #seen = new Set<string>();

  constructor(c: GoldenCase, check: Check, tolerance: Tolerance = {}) {
    this.case = c;
    this.#check = check;
    this.#tolerance = tolerance;
  }

  /** Values of a float tensor that is given. Throws if it is missing. */
  floats(name: string): Float32Array {
    this.#seen.add(name);
    return this.case.floats(name);
  }

  /** Values of an integer tensor that is given. Throws if it is missing. */
  ints(name: string): Int32Array {
    this.#seen.add(name);
    return this.case.ints(name);
  }

  /** A scalar that is given. Throws if it is missing. */
  scalar(name: string): ReturnType<GoldenCase["scalar"]> {
    this.#seen.add(name);
    return this.case.scalar(name);
  }

  /** Whether the case holds a tensor or scalar. */
  has(name: string): boolean {
    return this.case.has(name) || this.case.hasScalar(name);
  }

  /** Leaves out what this build has no counterpart of; only with a reason in a comment. */
  ignore(name: string): void {
    this.#seen.add(name);
  }

  /** Compares floats with a tensor or scalar of the case. */
  close(name: string, got: ArrayLike<number> | number, tolerance = this.#tolerance): void {
    if (!this.has(name)) return;
    this.#seen.add(name);
    const want = this.case.has(name) ? this.case.tensor(name) : this.case.scalar(name);
    this.#check.close(name, got, want, tolerance);
  }

  /** Compares what must be exactly the same. */
  equal(name: string, got: ArrayLike<number> | number | string | boolean): void {
    if (!this.has(name)) return;
    this.#seen.add(name);
    const want = this.case.has(name) ? this.case.tensor(name) : this.case.scalar(name);
    this.#check.equal(name, got, want);
  }

  /** Fails for each tensor and scalar that was neither read nor compared. */
  finish(): void {
    for (const name of [...this.case.tensorNames, ...this.case.scalarNames]) {
      if (!this.#seen.has(name)) this.#check.fail(name, "nothing is known about this value");
    }
  }
}
