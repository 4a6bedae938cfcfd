import { slice, transpose } from "../autograd/ops/layout.ts";
import { sub } from "../autograd/ops/pointwise.ts";
import type { Device } from "../autograd/device.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { HeadWeights } from "./plugin/host_slots.ts";
import type { NetworkName } from "./plugin/needs.ts";
import type { MergedNeeds } from "./plugin/merge_needs.ts";
import { headPlace, type Network } from "./step/network.ts";
import { applyHead } from "./step/step_outputs.ts";

/**
 * Weights of a linear head, whoever declared it: what it makes of unit vectors and of zeros.
 *
 * @throws {ReferenceError} If there is no head of that name.
 */
export function readHead(
  device: Device,
  network: Network,
  name: string,
  which: NetworkName,
): HeadWeights {
  const { features } = network.body,
    weights = which === "average" ? network.average : network.student;
  const unit = new Float32Array((features + 1) * features);
  for (let i = 0; i < features; i++) unit[i * features + i] = 1;
  const x = device.tensor(unit, [features + 1, features]);
  const logits = applyHead(network, name, x, { weights, norm: "running" });
  const bias = slice(logits, { start: features });
  const weight = transpose(sub(slice(logits, { end: features }), bias));
  return { network: which, weight, bias: bias.view([bias.size]) };
}

/**
 * Writes the weights of a declared linear head into a network.
 *
 * @throws {ReferenceError} If no linear head of that name was declared.
 * @throws {TypeError} If the weights have other sizes.
 */
export function setHead(
  { set, student, average }: Network,
  needs: Pick<MergedNeeds, "heads">,
  { name, network, weight, bias }: HeadWeights & { readonly name: string },
): void {
  const { parameters } = network === "average" ? average : student;
  const into = (part: "weight" | "bias", values: Tensor) => {
    const home = parameters[headPlace(set, needs, { name, part })]!; // it was found
    if (home.size !== values.size) {
      throw new TypeError(`Cannot set the head '${name}' of ${home} to ${values}`);
    }
    values.device.copy(values, home);
  };
  into("weight", weight);
  into("bias", bias);
}
