import {
  ATTRIBUTE,
  type AttributeProto,
  ELEMENT,
  MODEL,
  type NodeProto,
  type TensorProto,
} from "./onnx_schema.ts";

/** Attributes of a node: whole numbers and lists of them, or floats marked as such. */
export type NodeAttributes = Readonly<
  Record<string, number | readonly number[] | { readonly float: number }>
>;

/** Version of the operators that graphs are written in. */
const OPSET = 18;

/** Version of the file format that goes with it. */
const FORMAT = 8;

/** Nodes and constants of an ONNX graph as they are written one after the other. */
export class OnnxGraph {
  readonly #nodes: NodeProto[] = [];
  readonly #constants: TensorProto[] = [];
  readonly #lists = new Map<string, string>();
  readonly #names: Set<string>;

  /** An empty graph, in which names of inputs and outputs are taken. */
  constructor(ends: readonly string[]) {
    this.#names = new Set(ends);
  }

  /** Adds a node of one output; returns the output's name. */
  node(
    opType: string,
    input: readonly string[],
    attributes: NodeAttributes = {},
    name: string = opType,
  ): string {
    return this.end(this.#free(name), opType, input, attributes);
  }

  /** Adds a node whose output has a name that was taken for it. */
  end(
    output: string,
    opType: string,
    input: readonly string[],
    attributes: NodeAttributes = {},
  ): string {
    this.#nodes.push({
      opType,
      name: output,
      input: [...input],
      output: [output],
      attribute: Object.entries(attributes).map(([key, value]) => attribute(key, value)),
    });
    return output;
  }

  /** Adds an array of floats; returns its name. */
  floats(name: string, dims: readonly number[], data: Float32Array): string {
    const free = this.#free(name);
    const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    this.#constants.push({ name: free, dims: [...dims], dataType: ELEMENT.float, rawData });
    return free;
  }

  /** One float. */
  float(value: number): string {
    return this.floats("number", [], Float32Array.of(value));
  }

  /** A list of whole numbers, such as axes or a shape. */
  integers(values: readonly number[]): string {
    const key = values.join();
    let name = this.#lists.get(key);
    if (name === undefined) {
      this.#lists.set(key, name = this.#free("integers"));
      const rawData = new Uint8Array(BigInt64Array.from(values, BigInt).buffer);
      this.#constants.push({ name, dims: [values.length], dataType: ELEMENT.int64, rawData });
    }
    return name;
  }

  /**
   * The file of the graph.
   *
   * @param ends Names and shapes of its input and outputs; texts stand for sizes that may be any.
   * @param metadata Texts that the file carries.
   */
  encode(
    name: string,
    ends: Readonly<
      Record<"inputs" | "outputs", Readonly<Record<string, readonly (number | string)[]>>>
    >,
    metadata: Readonly<Record<string, string>>,
  ): Uint8Array<ArrayBuffer> {
    return Uint8Array.from(
      MODEL.encode(MODEL.fromObject({
        irVersion: FORMAT,
        producerName: "longtail",
        opsetImport: [{ domain: "", version: OPSET }],
        graph: {
          name,
          node: this.#nodes,
          initializer: this.#constants,
          input: Object.entries(ends.inputs).map(valueInfo),
          output: Object.entries(ends.outputs).map(valueInfo),
        },
        metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      })).finish(),
    );
  }

  #free(name: string): string {
    let free = name;
    for (let n = 1; this.#names.has(free); n++) free = `${name}_${n}`;
    this.#names.add(free);
    return free;
  }
}

function attribute(name: string, value: NodeAttributes[string]): AttributeProto {
  if (typeof value === "number") return { name, type: ATTRIBUTE.int, i: value };
  if ("float" in value) return { name, type: ATTRIBUTE.float, f: value.float };
  return { name, type: ATTRIBUTE.ints, ints: [...value] };
}

function valueInfo([name, shape]: [string, readonly (number | string)[]]): object {
  const dim = shape.map((size) =>
    typeof size === "string" ? { dimParam: size } : { dimValue: size }
  );
  return { name, type: { tensorType: { elemType: ELEMENT.float, shape: { dim } } } };
}
