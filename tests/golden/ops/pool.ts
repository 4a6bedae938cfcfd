import { avgPool2d, globalAvgPool, maxPool2d, permute } from "../../../core/autograd/ops/mod.ts";
import type { PoolOptions } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

const OPERATIONS: Readonly<Record<string, (x: Tensor, options: PoolOptions) => Tensor>> = {
  max: (x, options) => permute(maxPool2d(x, options), [0, 3, 1, 2]),
  avg: (x, options) => permute(avgPool2d(x, options), [0, 3, 1, 2]),
  global: globalAvgPool,
};

/** Checks `ops_pool`: a case's name begins with `max`, `avg` or `global_avg`. Cases are NCHW. */
export const run: GoldenRunner = async (c, check, device) => {
  const operation = OPERATIONS[c.name.split("_")[0]!]; // a name has a first part
  if (!operation) throw new ReferenceError(`No operation of ops_pool is called '${c.name}'`);
  await checkOperation(c, check, await device(), {
    inputs: ["x"],
    apply: (x) => operation(permute(x!, [0, 2, 3, 1]), c.params as unknown as PoolOptions),
  });
};
