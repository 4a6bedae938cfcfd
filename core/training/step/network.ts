import { BadInput } from "../../bad_input.ts";
import type { Device } from "../../autograd/device.ts";
import { reshape } from "../../autograd/ops/layout.ts";
import { mean } from "../../autograd/ops/reduce.ts";
import { showShape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import { Builder, type Layer, type Pass } from "../../nn/builder.ts";
import type { Body, Model, ModelInput } from "../../nn/model.ts";
import { projectorHead } from "../../nn/projector.ts";
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
}

/**
 * Declares a model with extra heads; needs no device.
 *
 * @throws {TypeError} If a head is asked for that the model has with another number of outputs.
 */
export function declareNetwork(
  model: Model,
  input: ModelInput,
  heads: Readonly<Record<string, HeadSpec>>,
): DeclaredNetwork {
  const b = new Builder();
  const body = model.build(b, input);
  const all: Record<string, Layer> = { ...body.heads };
  const detached = new Set<string>();
  const decays = new Map<string, number>();
  for (const [name, spec] of Object.entries(heads)) {
    const { parameterName = `heads.${name}`, weightDecay, detach } = spec;
    if (Object.hasOwn(body.heads, name)) requireExperts(model, body, name, spec);
    else all[name] = linearHead(b, parameterName, body.features, spec);
    if (detach) detached.add(name);
    if (weightDecay === undefined) continue;
    decays.set(`${parameterName}.weight`, weightDecay).set(`${parameterName}.bias`, 0);
  }
  return { name: model.name, body, heads: all, detached, decays, set: b.finish() };
}

/**
 * Builds a model with extra heads; the average starts as a copy of the student.
 *
 * @throws {TypeError} As {@linkcode declareNetwork}.
 * @throws {BadInput} If the adapter cannot bind all weights at once.
 */
export function buildNetwork(
  device: Device,
  model: Model,
  input: ModelInput,
  heads: Readonly<Record<string, HeadSpec>>,
  seed: number,
): Network {
  const declared = declareNetwork(model, input, heads);
  const { set } = declared;
  requireFits(device, model, set);
  const student = set.allocate(device), average = set.allocate(device);
  set.initialize(student, seed);
  copyWeights(student, average);
  return { ...declared, student, average, gradients: set.parameters.allocate(device) };
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
