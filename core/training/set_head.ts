import type { Tensor } from "../autograd/tensor.ts";
import type { HeadWeights } from "./plugin/algorithm.ts";
import type { MergedNeeds } from "./plugin/compose.ts";
import type { Network } from "./step/network.ts";

/**
 * Writes the weights of a declared linear head into a network.
 *
 * @throws {ReferenceError} If no linear head of that name was declared.
 * @throws {TypeError} If the weights have other sizes.
 */
export function setHead(
  { set, student, average }: Network,
  { heads }: Pick<MergedNeeds, "heads">,
  { name, network, weight, bias }: HeadWeights & { readonly name: string },
): void {
  const prefix = heads[name]?.parameterName ?? `heads.${name}`;
  const { parameters } = network === "ema" ? average : student;
  const into = (part: string, values: Tensor) => {
    const i = set.parameters.specs.findIndex((spec) => spec.name === `${prefix}.${part}`);
    const home = parameters[i];
    if (!home) throw new ReferenceError(`There is no linear head '${name}': declare it in needs`);
    if (home.size !== values.size) {
      throw new TypeError(`Cannot set the head '${name}' of ${home} to ${values}`);
    }
    values.device.copy(values, home);
  };
  into("weight", weight);
  into("bias", bias);
}
