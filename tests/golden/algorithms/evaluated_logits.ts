import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { DataInfo } from "../../../core/training/plugin/needs.ts";

/** What a method is told of an evaluation. */
export interface EvaluatedCase {
  readonly data: DataInfo;
  /** `main` if not given. */
  readonly head?: string;
  /** State of the method; none if not given. */
  readonly state?: Readonly<Record<string, Tensor>>;
  /** Logits of declared images of one colour, by name. */
  readonly solids?: Readonly<Record<string, Tensor>>;
}

/** What a method makes of logits in an evaluation. Throws if it leaves them as they are. */
export function evaluatedLogits(
  { name, spec, config }: Plugin,
  logits: Tensor,
  { data, head = "main", state = {}, solids = {} }: EvaluatedCase,
): Tensor {
  if (!spec.adjustEvaluation) throw new ReferenceError(`'${name}' leaves evaluations as they are`);
  const solid = (image: string) => {
    const known = solids[image];
    if (known) return known;
    throw new ReferenceError(`The case gives no logits of the solid image '${image}'`);
  };
  return spec.adjustEvaluation({ config, state, data, solid }, logits, head);
}
