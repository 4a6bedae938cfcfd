import {
  cosineLogits,
  klDivergence,
  l2Normalize,
  mse,
  softmax,
} from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkOperation, inputTensor, type Operation } from "./differentiate.ts";

/** Checks `ops_divergence`: a case is named after its operation, e.g. `kl_target_b7_c100`. */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const q = c.has("q") ? inputTensor(c, device, "q") : undefined;
  const { eps, temperature } = c.params as { eps: number; temperature: number };
  const two = (apply: (a: Tensor, b: Tensor) => Tensor): Operation => ({
    inputs: ["a", "b"],
    apply: (a, b) => apply(a!, b!), // two names, two tensors
  });
  const operations: Readonly<Record<string, () => Operation>> = {
    mse_softmax_target: () => ({ inputs: ["a"], given: ["q"], apply: (a) => mse(softmax(a!), q!) }),
    mse_softmax_both: () => two((a, b) => mse(softmax(a), softmax(b))),
    kl_softmax: () => two((a, b) => klDivergence(a, b, { target: "logits" })),
    kl_target: () => ({ inputs: ["b"], given: ["q"], apply: (b) => klDivergence(q!, b!) }),
    l2_normalize: () => ({ inputs: ["x"], apply: (x) => l2Normalize(x!, { eps }) }),
    cosine: () => ({
      inputs: ["f", "p"],
      apply: (f, p) => cosineLogits(f!, p!, { temperature, eps }),
    }),
  };
  const name = Object.keys(operations).find((known) => c.name.startsWith(`${known}_`));
  if (!name) throw new ReferenceError(`No operation of ops_divergence is called '${c.name}'`);
  await checkOperation(c, check, device, operations[name]!()); // a key of operations
};
