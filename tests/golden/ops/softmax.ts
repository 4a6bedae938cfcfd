import { logSoftmax, softmax } from "../../../core/autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

/** Checks `ops_softmax`: a case is named after its operation, `softmax_…` or `log_softmax_…`. */
export const run: GoldenRunner = async (c, check, device) => {
  const [, name] = c.name.match(/^(log_softmax|softmax)_/) ?? [];
  if (!name) throw new ReferenceError(`No operation of ops_softmax is called '${c.name}'`);
  const apply = name === "softmax" ? softmax : logSoftmax;
  await checkOperation(c, check, await device(), { inputs: ["x"], apply: (x) => apply(x!) });
};
