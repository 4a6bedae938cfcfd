import { add, div, mul, sub } from "../../../core/autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

const OPERATIONS = { add, sub, mul, div } as const;

/** Checks `ops_broadcast`: a case is named after its operation and shapes, e.g. `mul_row`. */
export const run: GoldenRunner = async (c, check, device) => {
  const name = c.name.split("_")[0] as keyof typeof OPERATIONS;
  const apply = OPERATIONS[name];
  if (!apply) throw new ReferenceError(`No operation of ops_broadcast is called '${c.name}'`);
  await checkOperation(c, check, await device(), {
    inputs: ["a", "b"],
    apply: (a, b) => apply(a!, b!),
  });
};
