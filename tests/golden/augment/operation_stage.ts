import type { OperationChoice, Stage } from "../../../datasets/views/view_spec.ts";
import { OPERATIONS } from "../../../kernels/augment/program.ts";

/** A stage that does the operation of a name as fixtures write it (`ShearX`), always. */
export function operationStage(
  name: string,
  magnitude?: number,
  move: Pick<OperationChoice, "filter" | "fill"> = {},
): Stage {
  const operation = OPERATIONS.find((o) => o.toLowerCase() === name.toLowerCase());
  if (!operation) throw new ReferenceError(`There is no operation '${name}'`);
  const entry = magnitude === undefined
    ? { operation }
    : { operation, values: [magnitude], ...move };
  return { kind: "randAugment", count: 1, choices: [entry] };
}
