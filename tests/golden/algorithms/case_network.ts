import type { Device } from "../../../core/autograd/device.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Model } from "../../../core/nn/model.ts";
import type { HeadSpec } from "../../../core/training/plugin/needs.ts";
import { buildNetwork, type Network } from "../../../core/training/step/network.ts";
import { IdentityModel } from "./identity_model.ts";
import { StubModel } from "./stub_model.ts";

/** An array that is to be a parameter of the network. */
export interface Leaf {
  readonly shape: readonly number[];
  readonly values: ArrayLike<number>;
}

/** Settings of {@linkcode caseNetwork}. */
export interface CaseNetworkOptions {
  readonly model: Model;
  readonly classes: number;
  readonly heads: Readonly<Record<string, HeadSpec>>;
  readonly classwiseNorms: readonly string[];
  /** Images by name. */
  readonly leaves: ReadonlyMap<string, Leaf>;
  /** Parameters of student and average by name. */
  readonly student: Readonly<Record<string, ArrayLike<number>>>;
  readonly average: Readonly<Record<string, ArrayLike<number>>>;
}

/** A model with a case's images as parameters, so that their gradients come back. */
export function caseNetwork(device: Device, options: CaseNetworkOptions): Network {
  const { model, classes, heads, classwiseNorms, leaves, student, average } = options;
  const all: Model = {
    name: model.name,
    build: (b, input) => {
      for (const [name, { shape }] of leaves) b.parameter(name, shape, constant(0));
      return model.build(b, input);
    },
  };
  const [first] = leaves.values();
  const input = { classes, size: first?.shape[1] ?? 0 };
  // A network without a map has the heads of class-wise norms itself.
  const { map } = all.build(new Builder(), input);
  const network = buildNetwork(device, all, input, {
    heads,
    ...(map ? { classwiseNorms } : {}),
  }, { seed: 0 });
  if (model instanceof StubModel || model instanceof IdentityModel) model.average = network.average;
  for (const [name, { values }] of leaves) writeParameter(network, "student", { name, values });
  for (const [name, values] of Object.entries(student)) {
    writeParameter(network, "student", { name, values });
  }
  for (const [name, values] of Object.entries(average)) {
    writeParameter(network, "average", { name, values });
  }
  return network;
}

/** Where a parameter of a name is in the network's lists. Throws if there is none. */
export function parameterIndex({ set }: Network, name: string): number {
  const i = set.parameters.specs.findIndex((spec) => spec.name === name);
  if (i >= 0) return i;
  throw new ReferenceError(`The network has no parameter '${name}'`);
}

/** Gives the network's memory back. */
export function disposeNetwork({ student, average, gradients }: Network): void {
  for (const { flatParameters, flatBuffers } of [student, average]) {
    flatParameters.dispose();
    flatBuffers.dispose();
  }
  gradients.flat.dispose();
}

function writeParameter(
  network: Network,
  net: "student" | "average",
  { name, values }: { readonly name: string; readonly values: ArrayLike<number> },
): void {
  const tensor = network[net].parameters[parameterIndex(network, name)]!; // one a spec
  if (values.length !== tensor.size) {
    throw new TypeError(`'${name}' of ${tensor} was given ${values.length} numbers`);
  }
  tensor.device.write(tensor, Float32Array.from(values));
}
