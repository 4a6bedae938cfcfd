import { linear, matmul } from "../../../core/autograd/ops/mod.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation } from "./differentiate.ts";

/** Checks `ops_linear`: a plain product where a case holds two matrices, else a layer. */
export const run: GoldenRunner = async (c, check, device) => {
  const operation = c.has("a")
    ? { inputs: ["a", "b"], apply: matmul }
    : { inputs: c.has("b") ? ["x", "w", "b"] : ["x", "w"], apply: linear };
  await checkOperation(c, check, await device(), operation as Parameters<typeof checkOperation>[3]);
};
