import { leakyRelu, relu } from "../../../core/autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

/** Checks `ops_activation`: leaky relu where a case states a slope, else relu. */
export const run: GoldenRunner = async (c, check, device) => {
  const slope = c.params.slope as number | undefined;
  const [, name] = c.name.match(/^(leaky_relu|relu)/) ?? [];
  if (!name || (name === "leaky_relu") !== (slope !== undefined)) {
    throw new ReferenceError(`No operation of ops_activation is called '${c.name}'`);
  }
  await checkOperation(c, check, await device(), {
    inputs: ["x"],
    apply: (x) => slope === undefined ? relu(x!) : leakyRelu(x!, slope),
    // Exact but for the slope, which is no float32 number: two roundings.
    tolerance: { relative: slope === undefined ? 0 : 2.4e-7, absolute: 0, elementwise: true },
    gradientTolerance: { relative: 1e-6, absolute: 1e-12 },
  });
};
