import { broadcastTo, matmul, mean, permute, reshape } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Model } from "../../../core/nn/model.ts";
import type { StepReading } from "./case_step.ts";

/** A network whose images are the logits of its experts [batch, experts · classes]. */
export function givenExperts(experts: number): Model {
  const all = (x: Tensor) => reshape(x, [x.shape[0]!, experts, -1]); // two axes
  return {
    name: "given-experts",
    build: (_, { classes }) => ({
      features: experts * classes,
      experts,
      forward: (x) => x,
      heads: { main: (x) => mean(all(x), 1), experts: all },
    }),
  };
}

/** Linear experts on the images' numbers, channels before rows and columns. */
export function linearExperts([experts = 0, inputs = 0, classes = 0]: readonly number[]): Model {
  return {
    name: "linear-experts",
    build: (b) => {
      const weight = b.parameter("W", [experts, inputs, classes], constant(0));
      const all = (x: Tensor, pass: Parameters<typeof weight>[0]) => {
        const rows = reshape(x, [1, -1, inputs]);
        const copies = broadcastTo(rows, [experts, rows.shape[1]!, inputs]); // three axes
        return permute(matmul(copies, weight(pass)), [1, 0, 2]);
      };
      return {
        features: inputs,
        experts,
        forward: (x) => reshape(x.shape.length === 4 ? permute(x, [0, 3, 1, 2]) : x, [-1, inputs]),
        heads: { main: (x, pass) => mean(all(x, pass), 1), experts: all },
      };
    },
  };
}

/** Losses of the experts as the method logs them. */
export function expertsOf({ logged }: StepReading, experts: number): number[] {
  return Array.from({ length: experts }, (_, e) => logged[`balpoe/expert${e}`] ?? NaN);
}
