import { type Shape, sizeOf } from "../autograd/shape.ts";
import type { Tensor } from "../autograd/tensor.ts";
import type { Stored, StoredTensor } from "../safetensors.ts";
import type { Layout, ParameterSet, Weights } from "./parameters.ts";

/** PyTorch's shape of a parameter that is ours in `layout`. */
export function torchShape(shape: Shape, layout: Layout): Shape {
  if (layout === "plain") return shape;
  const [kh, kw, inputs, outputs] = shape as [number, number, number, number]; // a convolution's
  return [outputs, inputs, kh, kw];
}

/** Reorders a convolution's weight between ours [KH, KW, IC, OC] and PyTorch's [OC, IC, KH, KW]. */
function reorder(data: Float32Array, ours: Shape, toTorch: boolean): Float32Array {
  const [kh, kw, inputs, outputs] = ours as [number, number, number, number]; // a convolution's
  const result = new Float32Array(data.length);
  const area = kh * kw;
  for (let k = 0; k < area; k++) {
    for (let i = 0; i < inputs; i++) {
      for (let o = 0; o < outputs; o++) {
        const here = (k * inputs + i) * outputs + o, there = (o * inputs + i) * area + k;
        if (toTorch) result[there] = data[here]!; // both indices are inside
        else result[here] = data[there]!;
      }
    }
  }
  return result;
}

/**
 * The values of a network under PyTorch's names, in its layouts: what `torch` loads as a state
 * dict (without `num_batches_tracked`, which has no effect).
 *
 * @example Save weights for PyTorch
 * ```ts
 * import { Builder, encodeSafetensors, exportStateDict, requestDevice, smallCnn } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const b = new Builder();
 * smallCnn.build(b, { classes: 10, size: 32 });
 * const set = b.finish(), weights = set.allocate(device);
 * set.initialize(weights, 1);
 * const dict = await exportStateDict(set, weights);
 * assert.deepEqual(dict.get("conv1.weight")!.shape, [8, 3, 3, 3]);
 * assert.ok(encodeSafetensors(dict).length > 1000);
 * device.destroy();
 * ```
 */
export async function exportStateDict(
  set: ParameterSet,
  weights: Weights,
): Promise<Map<string, StoredTensor>> {
  const { device } = weights.flatParameters;
  const [parameters, buffers] = await device.readAll([
    weights.flatParameters,
    weights.flatBuffers,
  ]);
  const values = new Map<string, Float32Array>();
  for (const [flat, layout] of [[parameters, set.parameters], [buffers, set.buffers]] as const) {
    layout.specs.forEach(({ name, shape }, i) => {
      const start = layout.offsets[i]!; // one offset a spec
      values.set(name, flat.slice(start, start + sizeOf(shape)));
    });
  }
  return stateDictOf(set, (name) => values.get(name));
}

/**
 * The same of values that lie on the host.
 *
 * @param valuesOf Elements of a parameter or buffer as they lie on the device.
 * @throws {TypeError} If there are none for a name, or another number of them.
 */
export function stateDictOf(
  set: ParameterSet,
  valuesOf: (name: string) => Float32Array | undefined,
): Map<string, StoredTensor> {
  const dict = new Map<string, StoredTensor>();
  const put = (name: string, shape: Shape, layout: Layout) => {
    const ours = valuesOf(name);
    if (ours?.length !== sizeOf(shape)) {
      throw new TypeError(`'${name}' has ${ours?.length ?? "no"} values, not ${sizeOf(shape)}`);
    }
    dict.set(name, {
      dtype: "F32",
      shape: torchShape(shape, layout),
      data: layout === "convolution" ? reorder(ours, shape, true) : ours,
    });
  };
  for (const { name, shape, layout } of set.parameters.specs) put(name, shape, layout);
  for (const { name, shape } of set.buffers.specs) put(name, shape, "plain");
  return dict;
}

/** Settings of {@linkcode importStateDict}. */
export interface ImportOptions {
  /**
   * `body` leaves linear layers, as heads are, what they are, and those of the dict aside: for
   * networks that were trained on other classes. `all` by default.
   */
  readonly part?: "all" | "body";
}

/**
 * Fills a network with the values of a PyTorch state dict.
 *
 * @param dict Tensors by name; `num_batches_tracked` entries are passed over, and `module.` and
 *   `ema_model.` before all names are taken off.
 * @throws {TypeError} If a tensor is missing, unknown, of another shape or not finite, or the dict is
 *   a run's checkpoint; names the first five.
 */
export function importStateDict(
  set: ParameterSet,
  weights: Weights,
  given: Stored["tensors"],
  { part = "all" }: ImportOptions = {},
): void {
  if (given.has("cursor/steps")) {
    throw new TypeError(
      "Cannot load the weights: this is a run's checkpoint; write its weights first, with export DIR --out FILE.safetensors",
    );
  }
  const dict = withoutPrefixes(given);
  const writes: (readonly [Tensor, Float32Array])[] = [];
  const wrong: string[] = [], missing: string[] = [], unknown: string[] = [];
  const own = linearNames(set.parameters.specs.filter(({ layout }) => layout === "plain"));
  const theirs = linearNames([...dict].map(([name, { shape }]) => ({ name, shape })));
  const left = (name: string, linear: ReadonlySet<string>) => part === "body" && linear.has(name);
  const known = new Set<string>();
  const take = (name: string, shape: Shape): Float32Array | undefined => {
    known.add(name);
    const found = dict.get(name);
    if (!found) missing.push(name);
    else if (found.dtype !== "F32") wrong.push(`'${name}' is ${found.dtype}, not F32`);
    else if (found.shape.join() !== shape.join()) {
      wrong.push(`'${name}' has shape [${found.shape}], the network wants [${shape}]`);
    } else if (!found.data.every(Number.isFinite)) {
      wrong.push(`'${name}' has values that are not finite`);
    } else return found.data as Float32Array; // F32 was checked
    return undefined;
  };
  set.parameters.specs.forEach(({ name, shape, layout }, i) => {
    if (left(name, own)) return;
    const data = take(name, torchShape(shape, layout));
    if (!data) return;
    const ours = layout === "convolution" ? reorder(data, shape, false) : data;
    writes.push([weights.parameters[i]!, ours]); // one a spec, as below
  });
  set.buffers.specs.forEach(({ name, shape }, i) => {
    const data = take(name, shape);
    if (data) writes.push([weights.buffers[i]!, data]);
  });
  for (const name of dict.keys()) {
    if (!known.has(name) && !left(name, theirs) && !name.endsWith("num_batches_tracked")) {
      unknown.push(name);
    }
  }
  if (missing.length > 0) wrong.unshift(`missing: ${someOf(missing)}`);
  if (unknown.length > 0) wrong.push(`unknown to the network: ${someOf(unknown)}`);
  if (wrong.length > 0) {
    const more = wrong.length > 5 ? ` and ${wrong.length - 5} more` : "";
    throw new TypeError(`Cannot load the weights: ${wrong.slice(0, 5).join("; ")}${more}`);
  }
  for (const [tensor, data] of writes) tensor.device.write(tensor, data);
}

/** What wrappers put before a network's names. */
const PREFIXES = ["module.", "ema_model."];

/** The tensors without what stands before all of their names. */
function withoutPrefixes(dict: Stored["tensors"]): Stored["tensors"] {
  const prefix = PREFIXES.find((p) =>
    dict.size > 0 && [...dict.keys()].every((n) => n.startsWith(p))
  );
  if (prefix === undefined) return dict;
  return withoutPrefixes(new Map([...dict].map(([name, t]) => [name.slice(prefix.length), t])));
}

function someOf(names: readonly string[]): string {
  const more = names.length > 5 ? ` and ${names.length - 5} more` : "";
  return names.slice(0, 5).map((name) => `'${name}'`).join(", ") + more;
}

/** Names of the linear layers' weights, which have two axes, and of their biases. */
function linearNames(
  arrays: readonly { readonly name: string; readonly shape: Shape }[],
): ReadonlySet<string> {
  const layers = arrays.filter(({ name, shape }) => shape.length === 2 && name.endsWith(".weight"))
    .map(({ name }) => name.slice(0, -".weight".length));
  return new Set(layers.flatMap((layer) => [`${layer}.weight`, `${layer}.bias`]));
}
