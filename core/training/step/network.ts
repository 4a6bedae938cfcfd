import type { Precision } from "../../../kernels/kernel.ts";
import { BadInput } from "../../bad_input.ts";
import type { Device } from "../../autograd/device.ts";
import { reshape } from "../../autograd/ops/layout.ts";
import { mean } from "../../autograd/ops/reduce.ts";
import { showShape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { Builder, type Layer, type Pass } from "../../nn/builder.ts";
import { ClasswiseNorms } from "../../nn/heads/classwise_norm.ts";
import type { Body, Model, ModelInput } from "../../nn/model.ts";
import { projectorHead } from "../../nn/heads/projector.ts";
import { copyWeights, type ParameterSet, type Weights } from "../../nn/parameters.ts";
import type { HeadSpec } from "../plugin/needs.ts";

/** A network with the heads that the methods asked for, without weights. */
export interface DeclaredNetwork {
  /** Name of the model. */
  readonly name: string;
  /** From images to features. */
  readonly body: Body;
  /** From features to logits, by name. */
  readonly heads: Readonly<Record<string, Layer>>;
  /** Heads whose loss stops at the features. */
  readonly detached: ReadonlySet<string>;
  /** Weight decay of parameters whose head brings its own. */
  readonly decays: ReadonlyMap<string, number>;
  /** Names, shapes and places of all parameters and buffers. */
  readonly set: ParameterSet;
}

/** A network and the two sets of its weights. */
export interface Network extends DeclaredNetwork {
  /** The weights that are trained. */
  readonly student: Weights;
  /** Their moving average: what teaches in some methods, and by default what is evaluated. */
  readonly average: Weights;
  /** Gradients of the student, flat, and a view for each parameter. */
  readonly gradients: { readonly flat: Tensor; readonly views: readonly Tensor[] };
  /** In which precision a step keeps what the body computes; evaluation is in single. */
  readonly precision: Precision;
}

/** What methods add to a model. */
export interface NetworkParts {
  /** Heads by name. */
  readonly heads: Readonly<Record<string, HeadSpec>>;
  /** Batch norms side by side on the last map; none if not given. */
  readonly classwiseNorms?: readonly string[];
}

/**
 * Declares a model with extra heads and norms; needs no device.
 *
 * @throws {TypeError} If a head is asked for that the model has with another number of outputs, or the
 *   model has no map for norms.
 */
export function declareNetwork(
  model: Model,
  input: ModelInput,
  { heads, classwiseNorms = [] }: NetworkParts,
): DeclaredNetwork {
  const b = new Builder();
  const own = model.build(b, input);
  const norms = classwiseNorms.length > 0 ? normsOf(b, own, { model, classwiseNorms }) : null;
  const body = norms?.body ?? own;
  const all: Record<string, Layer> = { ...body.heads };
  const detached = new Set<string>();
  const decays = new Map<string, number>();
  for (const [name, spec] of Object.entries(heads)) {
    const { parameterName = `heads.${name}`, weightDecay, detach } = spec;
    if (Object.hasOwn(body.heads, name)) requireExperts(model, body, name, spec);
    else {
      const head = linearHead(b, parameterName, body.features, spec);
      Object.assign(all, norms?.heads(name, head) ?? { [name]: head });
    }
    if (detach) detached.add(name);
    if (weightDecay === undefined) continue;
    decays.set(`${parameterName}.weight`, weightDecay).set(`${parameterName}.bias`, 0);
  }
  return { name: model.name, body, heads: all, detached, decays, set: b.finish() };
}

function normsOf(
  b: Builder,
  body: Body,
  { model: { name }, classwiseNorms }: {
    readonly model: Model;
    readonly classwiseNorms: readonly string[];
  },
): ClasswiseNorms {
  if (body.map) return new ClasswiseNorms(b, body, classwiseNorms);
  throw new TypeError(
    `The methods ask for the class-wise batch norms ${
      classwiseNorms.join(", ")
    } on the last map of the ` +
      `network, but '${name}' does not hand one out: choose a wrn, a resnet without experts or small-cnn`,
  );
}

/**
 * Builds a model with extra heads and norms; the average starts as a copy of the student.
 *
 * @throws {TypeError} As {@linkcode declareNetwork}.
 * @throws {BadInput} If the adapter cannot bind all weights at once, or has no half precision.
 */
export function buildNetwork(
  device: Device,
  model: Model,
  input: ModelInput,
  parts: NetworkParts,
  { seed, precision = "f32" }: { readonly seed: number; readonly precision?: Precision },
): Network {
  const declared = declareNetwork(model, input, parts);
  const { set } = declared;
  requireFits(device, model, set);
  if (precision === "f16") requireHalf(device);
  const student = set.allocate(device), average = set.allocate(device);
  set.initialize(student, seed);
  copyWeights(student, average);
  const gradients = set.parameters.allocate(device);
  return { ...declared, student, average, gradients, precision };
}

/**
 * Refuses a device that cannot store half precision.
 *
 * @throws {BadInput} If it cannot.
 */
function requireHalf(device: Device): void {
  if (device.half) return;
  throw new BadInput(
    `precision=f16 needs an adapter with the feature shader-f16, which '${device.adapter.name}' does not have: ` +
      `leave precision at f32`,
  );
}

function linearHead(b: Builder, name: string, features: number, spec: HeadSpec): Layer {
  const { classes, experts, group, projector } = spec;
  if (projector) return projectorHead(b, name, features, { ...projector, outputs: classes });
  const layer = b.linear(name, features, (experts ?? 1) * classes, group ? { group } : {});
  if (!experts) return layer;
  return (x, pass) => reshape(layer(x, pass), [x.shape[0]!, experts, classes]); // features have two axes
}

function requireExperts({ name: model }: Model, body: Body, name: string, spec: HeadSpec): void {
  if (spec.experts === undefined || spec.experts === body.experts) return;
  throw new TypeError(
    `The head '${name}' of ${model} has ${
      body.experts ?? "no"
    } experts, ${spec.experts} are asked for: choose another model, or as many experts as it has`,
  );
}

/** Optimizer and average take all weights as one buffer. */
function requireFits({ gpu }: Device, { name }: Model, { parameters }: ParameterSet): void {
  const bytes = 4 * parameters.size, most = gpu.limits.maxStorageBufferBindingSize;
  if (bytes <= most) return;
  const mebibytes = (n: number) => `${Math.round(n / 2 ** 20)} MiB`;
  throw new BadInput(
    `${name} has ${mebibytes(bytes)} of weights, this adapter binds ${mebibytes(most)} at once: ` +
      "choose a smaller model or another adapter",
  );
}

/**
 * The weight of a declared linear head of the student [classes, features], as the tape knows it.
 *
 * @throws {ReferenceError} If no linear head of that name was declared.
 */
export function headWeight(
  { set, student }: Network,
  needs: Pick<NetworkParts, "heads">,
  name: string,
): Tensor {
  return student.parameters[headPlace(set, needs, { name, part: "weight" })]!; // it was found
}

/**
 * Where a part of a declared linear head is among the parameters.
 *
 * @throws {ReferenceError} If no linear head of that name was declared.
 */
export function headPlace(
  { parameters: { specs } }: Network["set"],
  { heads }: Pick<NetworkParts, "heads">,
  { name, part }: { readonly name: string; readonly part: "weight" | "bias" },
): number {
  const prefix = heads[name]?.parameterName ?? `heads.${name}`;
  const i = specs.findIndex((spec) => spec.name === `${prefix}.${part}`);
  if (i >= 0) return i;
  throw new ReferenceError(`There is no linear head '${name}': declare it in needs`);
}

/** Logits to classify by: of several experts [batch, experts, classes] their mean. */
export function meanOfExperts(logits: Tensor): Tensor {
  return logits.shape.length === 3 ? mean(logits, 1) : logits;
}

/** Length of the feature vectors that a model makes. */
export function featuresOf(model: Model, input: ModelInput): number {
  return model.build(new Builder(), input).features;
}

/**
 * Features of a batch; everything in between is freed, or kept by the tape until its turn.
 *
 * @throws {BadInput} If they are not as long as the model says.
 */
export function forwardBody(
  device: Device,
  { name, body }: DeclaredNetwork,
  x: Tensor,
  pass: Pass,
): Tensor {
  const features = device.scope(() => body.forward(x, pass));
  const { shape } = features;
  if (shape.length === 2 && shape[1] === body.features) return features;
  throw new BadInput(
    `The network '${name}' makes features ${showShape(shape)} of ${x.shape[0]} images, but says ` +
      `that they are ${body.features} long: its \`features\` must be what its \`forward\` returns, ` +
      `${showShape([x.shape[0]!, body.features])}`,
  );
}
