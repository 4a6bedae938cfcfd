import type { TracedOperation } from "../../core/autograd/tape.ts";
import type { AnyTensor } from "../../core/autograd/tensor.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { ParameterSet } from "../../core/nn/parameters.ts";
import { cardToMetadata } from "../network/model_card.ts";
import type { TrainedModel } from "../network/trained_model.ts";
import { NetworkTrace, type Origin } from "./network_trace.ts";
import { OnnxGraph } from "./onnx_graph.ts";
import { OPERATIONS, reshaped, theirs, type Value } from "./operations.ts";

/** Images that the network is run on; a number that no other axis of a network is likely to have. */
const IMAGES = 5;

/**
 * An ONNX file of a trained network: input `images` [batch, 3, size, size] in 0 … 1, outputs
 * `probabilities` and `logits` [batch, classes], with normalisation and what the methods do to logits
 * inside. Classes, size and all else that {@linkcode ModelCard} has are in its metadata.
 *
 * The network is run once, and what it does is written down, so that networks of one's own can be
 * exported if they are made of operations that ONNX has.
 *
 * @throws {BadInput} If one is not; names it.
 *
 * @example A file for ONNX Runtime
 * ```ts ignore
 * await Deno.writeFile("model.onnx", await toOnnx(network));
 * ```
 */
export async function toOnnx(model: TrainedModel): Promise<Uint8Array<ArrayBuffer>> {
  const { card, classNames } = model;
  const { inputSize, mean, std } = card.preparation;
  const { device, set, weights, logits } = await model.open();
  const trace = new NetworkTrace();
  set.parameters.specs.forEach(({ name }, i) =>
    trace.note(weights.parameters[i]!, { kind: "parameter", name }) // one a spec, as below
  );
  set.buffers.specs.forEach(({ name }, i) =>
    trace.note(weights.buffers[i]!, { kind: "parameter", name })
  );
  const graph = new OnnxGraph(["images", "probabilities", "logits"]);
  const last = device.scope(() => {
    const x = device.zeros([IMAGES, inputSize, inputSize, 3]);
    trace.note(x, { kind: "input" });
    device.trace = trace;
    try {
      const z = logits(x);
      const channels = (values: readonly number[]) =>
        graph.floats("channels", [3, 1, 1], Float32Array.from(values));
      const centred = graph.node("Sub", ["images", channels(mean)]);
      const input = graph.node("Div", [centred, channels(std)]);
      return new Writer({ graph, trace, model, set, input }).value(z).name;
    } finally {
      device.trace = null;
    }
  });
  device.submit();
  const ends = {
    inputs: { images: ["batch", 3, inputSize, inputSize] },
    outputs: {
      probabilities: ["batch", classNames.length],
      logits: ["batch", classNames.length],
    },
  };
  graph.end("logits", "Identity", [last]);
  graph.end("probabilities", "Softmax", ["logits"], { axis: 1 });
  return graph.encode(card.model, ends, cardToMetadata(card));
}

interface WriterOptions {
  readonly graph: OnnxGraph;
  readonly trace: NetworkTrace;
  readonly model: TrainedModel;
  readonly set: ParameterSet;
  /** Name of the normalised images. */
  readonly input: string;
}

/** Goes back from the logits to the images and writes what it passes, each thing once. */
class Writer {
  readonly #o: WriterOptions;
  readonly #written = new Map<Origin, Value>();
  readonly #convolutions: ReadonlySet<string>;

  constructor(options: WriterOptions) {
    this.#o = options;
    const { specs } = options.set.parameters;
    this.#convolutions = new Set(
      specs.filter(({ layout }) => layout === "convolution").map(({ name }) => name),
    );
  }

  /** A tensor's value in the graph. */
  value(tensor: AnyTensor, by = "the network"): Value {
    const found = this.#o.trace.find(tensor);
    const refuse = (why: string) => this.#refuse(by, why);
    if (!found) return refuse(`it uses ${tensor}, made by an operation that has no ONNX form`);
    let value = this.#written.get(found.origin);
    if (!value) {
      this.#written.set(found.origin, value = this.#write(found.origin, found.tensor, by));
    }
    if (found.tensor.shape.join() === tensor.shape.join()) return value;
    const name = reshaped(this.#o.graph, value, tensor.shape, refuse);
    return { ...value, name, shape: tensor.shape };
  }

  #write(origin: Origin, tensor: AnyTensor, by: string): Value {
    const { graph, input, model } = this.#o, { shape } = tensor;
    if (shape.length > 4) this.#refuse(by, `it uses ${tensor} of more than four axes`);
    switch (origin.kind) {
      case "input":
        return { name: input, shape, batched: true };
      case "constant": {
        const name = theirs(graph, graph.floats("constant", shape, origin.data), shape.length);
        return { name, shape, batched: false };
      }
      case "parameter": {
        if (this.#convolutions.has(origin.name)) {
          this.#refuse(by, `it uses the filter '${origin.name}', which only conv2d may`);
        }
        const { data } = model.stateDict().get(origin.name)!; // every parameter is in it
        const own = graph.floats(origin.name, shape, data as Float32Array); // all are f32
        return { name: theirs(graph, own, shape.length), shape, batched: false };
      }
      case "operation":
        return this.#writeOperation(origin.operation);
    }
  }

  #writeOperation(operation: TracedOperation): Value {
    const { graph } = this.#o, { name, output, attributes } = operation;
    const refuse = (why: string) => this.#refuse(name, why);
    const write = Object.hasOwn(OPERATIONS, name) ? OPERATIONS[name]! : undefined; // just asked
    if (!write || !attributes) return refuse("ONNX has no form for it");
    const value = (tensor: AnyTensor) => this.value(tensor, name);
    // A filter is no value: it lies otherwise, and only convolutions take it.
    const inputs = operation.inputs.filter((_, i) => name !== "conv2d" || i !== 1).map(value);
    return {
      name: write({
        graph,
        operation,
        inputs,
        value,
        filter: (tensor) => this.#filter(tensor, refuse),
        refuse,
      }),
      shape: output.shape,
      batched: inputs.some((v) => v.batched),
    };
  }

  readonly #filters = new Map<string, string>();

  #filter(tensor: AnyTensor, refuse: (why: string) => never): string {
    const origin = this.#o.trace.find(tensor)?.origin;
    if (origin?.kind !== "parameter" || !this.#convolutions.has(origin.name)) {
      return refuse("its filter is computed, not a parameter");
    }
    let name = this.#filters.get(origin.name);
    if (name === undefined) {
      const { shape, data } = this.#o.model.stateDict().get(origin.name)!; // as above
      name = this.#o.graph.floats(origin.name, shape, data as Float32Array);
      this.#filters.set(origin.name, name);
    }
    return name;
  }

  #refuse(by: string, why: string): never {
    const { model } = this.#o.model.card;
    throw new BadInput(
      `Cannot write '${model}' as ONNX: ${by} stands in the way, ${why}; export a .safetensors file, or build the network without it`,
    );
  }
}
