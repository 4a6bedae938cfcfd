import { sameShape } from "../../autograd/shape.ts";
import { Tensor } from "../../autograd/tensor.ts";
import type { Targets } from "../plugin/step_slots.ts";

/**
 * What a `mask` or `weights` slot returned.
 *
 * @param like What the slot was given.
 * @throws {TypeError} If it is not one number a sample.
 */
export function sampleWeights(value: Tensor, like: Tensor): Tensor {
  if (value instanceof Tensor && value.dtype === "f32" && sameShape(value.shape, like.shape)) {
    return value;
  }
  throw new TypeError(
    `it returned ${shown(value)}, and must return a number for each sample, ${like}`,
  );
}

/**
 * What a `pseudoLabel` slot returned.
 *
 * @throws {TypeError} If it is not targets.
 */
export function slotTargets(value: Targets): Targets {
  if (value?.probs instanceof Tensor && (value.form === "hard" || value.form === "soft")) {
    return value;
  }
  throw new TypeError(`it returned ${shown(value)}, and must return probs and form`);
}

/**
 * The terms that a `loss` slot returned.
 *
 * @throws {TypeError} If one is not a single number.
 */
export function lossTerms(
  value: Readonly<Record<string, Tensor>> | undefined,
): readonly (readonly [name: string, term: Tensor])[] {
  const terms = Object.entries(value ?? {});
  for (const [name, term] of terms) {
    if (term instanceof Tensor && term.size === 1) continue;
    throw new TypeError(`the term '${name}' is ${shown(term)}, not one number`);
  }
  return terms;
}

function shown(value: unknown): string {
  return value instanceof Promise ? "a promise" : String(value);
}
