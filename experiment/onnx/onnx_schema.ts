import protobuf from "protobufjs";

const text = (id: number) => ({ type: "string", id });
const whole = (id: number) => ({ type: "int64", id });
const list = (type: string, id: number) => ({ rule: "repeated", type, id });

/** The parts of `onnx.proto` (https://github.com/onnx/onnx, version 8 of the format) that are written here. */
const ROOT = protobuf.Root.fromJSON({
  nested: {
    ModelProto: {
      fields: {
        irVersion: whole(1),
        producerName: text(2),
        graph: { type: "GraphProto", id: 7 },
        opsetImport: list("OperatorSetIdProto", 8),
        metadataProps: list("StringStringEntryProto", 14),
      },
    },
    OperatorSetIdProto: { fields: { domain: text(1), version: whole(2) } },
    StringStringEntryProto: { fields: { key: text(1), value: text(2) } },
    GraphProto: {
      fields: {
        node: list("NodeProto", 1),
        name: text(2),
        initializer: list("TensorProto", 5),
        input: list("ValueInfoProto", 11),
        output: list("ValueInfoProto", 12),
      },
    },
    NodeProto: {
      fields: {
        input: list("string", 1),
        output: list("string", 2),
        name: text(3),
        opType: text(4),
        attribute: list("AttributeProto", 5),
      },
    },
    AttributeProto: {
      fields: {
        name: text(1),
        f: { type: "float", id: 2 },
        i: whole(3),
        ints: list("int64", 8),
        type: { type: "int32", id: 20 },
      },
    },
    TensorProto: {
      fields: {
        dims: list("int64", 1),
        dataType: { type: "int32", id: 2 },
        name: text(8),
        rawData: { type: "bytes", id: 9 },
      },
    },
    ValueInfoProto: { fields: { name: text(1), type: { type: "TypeProto", id: 2 } } },
    TypeProto: { fields: { tensorType: { type: "TensorType", id: 1 } } },
    TensorType: {
      fields: { elemType: { type: "int32", id: 1 }, shape: { type: "TensorShapeProto", id: 2 } },
    },
    TensorShapeProto: { fields: { dim: list("Dimension", 1) } },
    Dimension: { fields: { dimValue: whole(1), dimParam: text(2) } },
  },
});

/** A whole ONNX file. */
export const MODEL: protobuf.Type = ROOT.lookupType("ModelProto");

/** Types of attributes and of elements, as `onnx.proto` numbers them. */
export const ATTRIBUTE = { float: 1, int: 2, ints: 7 } as const;
export const ELEMENT = { float: 1, int64: 7 } as const;

/** A node's attribute. */
export interface AttributeProto {
  readonly name: string;
  readonly type: number;
  readonly f?: number;
  readonly i?: number;
  readonly ints?: readonly number[];
}

/** A node of a graph. */
export interface NodeProto {
  readonly name: string;
  readonly opType: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute: readonly AttributeProto[];
}

/** A constant of a graph. */
export interface TensorProto {
  readonly name: string;
  readonly dims: readonly number[];
  readonly dataType: number;
  readonly rawData: Uint8Array;
}
