import type { Device } from "../../../core/autograd/device.ts";
import { type Shape, sizeOf } from "../../../core/autograd/shape.ts";
import { constant } from "../../../core/nn/init.ts";
import { ParameterSet, type Weights } from "../../../core/nn/parameters.ts";
import type { GoldenCase } from "../golden_case.ts";

/** Declares the arrays of an optimizer case, whose start values are called `PREFIX/name`. */
export function declareArrays(c: GoldenCase, prefix: string): ParameterSet {
  const names = c.tensorNames.filter((n) => n.startsWith(`${prefix}/`)).map((n) =>
    n.slice(prefix.length + 1)
  );
  const shapeOf = (name: string): Shape => c.tensor(`${prefix}/${name}`).shape;
  const running = names.filter((n) => n.includes("running_"));
  return new ParameterSet(
    names.filter((n) => !running.includes(n) && !n.endsWith("num_batches_tracked")).map((
      name,
    ) => ({ name, shape: shapeOf(name), layout: "plain", init: constant(0), group: "main" })),
    running.map((name) => ({ name, shape: shapeOf(name), initial: 0 })),
  );
}

/** Fills weights with the arrays `PREFIX/name` of a case. */
export function fill(
  device: Device,
  set: ParameterSet,
  weights: Weights,
  valueOf: (name: string) => ArrayLike<number>,
): void {
  set.parameters.specs.forEach(({ name }, i) =>
    device.write(weights.parameters[i]!, Float32Array.from(valueOf(name))) // one a spec
  );
  set.buffers.specs.forEach(({ name }, i) =>
    device.write(weights.buffers[i]!, Float32Array.from(valueOf(name))) // one a spec
  );
}

/** Row `t` of a trace: the values of one step. */
export function rowOf(c: GoldenCase, name: string, t: number): Float32Array {
  const { shape } = c.tensor(name);
  const size = sizeOf(shape.slice(1));
  return c.floats(name).subarray(t * size, (t + 1) * size);
}
