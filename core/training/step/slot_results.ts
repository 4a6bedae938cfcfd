import { sameShape } from "../../autograd/shape.ts";
import { Tensor } from "../../autograd/tensor.ts";
import type { Targets } from "../plugin/step_slots.ts";

/**
 * What a `mask` or `weights` slot returned.
 *
 * @param options `plugin` and `slot`: whose it is. `like`: what the slot was given.
 * @throws {TypeError} If it is not one number a sample.
 */
export function sampleWeights(
  value: Tensor,
  { plugin, slot, like }: { readonly plugin: string; readonly slot: string; readonly like: Tensor },
): Tensor {
  if (value instanceof Tensor && value.dtype === "f32" && sameShape(value.shape, like.shape)) {
    return value;
  }
  throw new TypeError(
    `The ${slot} of '${plugin}' is ${
      shown(value)
    }: it must return a number for each sample, ${like}`,
  );
}

/**
 * What a `pseudoLabel` slot returned.
 *
 * @throws {TypeError} If it is not targets.
 */
export function slotTargets(value: Targets, plugin: string): Targets {
  if (value?.probs instanceof Tensor && (value.form === "hard" || value.form === "soft")) {
    return value;
  }
  throw new TypeError(
    `The pseudoLabel of '${plugin}' is ${shown(value)}: it must return probs and form`,
  );
}

function shown(value: unknown): string {
  return value instanceof Promise ? "a promise" : String(value);
}
