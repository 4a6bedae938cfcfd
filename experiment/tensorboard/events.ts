// @ts-types="crc-32"
import crc32c from "crc-32/crc32c";
import protobuf from "protobufjs";

/** A value of a step, under the tag by which TensorBoard shows it. */
export type TaggedValue =
  & { readonly tag: string }
  & (
    | { readonly scalar: number }
    | { readonly text: string }
    | { readonly png: Uint8Array; readonly width: number; readonly height: number }
  );

/** What an event says: the form of its file, or values of a step. */
export interface TensorBoardEvent {
  /** Seconds since 1970. */
  readonly wallTime: number;
  readonly step: number;
  /** Of the first event of a file: `brain.Event:2`. */
  readonly fileVersion?: string;
  readonly values?: readonly TaggedValue[];
}

/** The parts of TensorFlow's `event.proto`, `summary.proto` and `tensor.proto` that are written here. */
const ROOT = protobuf.Root.fromJSON({
  nested: {
    Event: {
      fields: {
        wallTime: { type: "double", id: 1 },
        step: { type: "int64", id: 2 },
        fileVersion: { type: "string", id: 3 },
        summary: { type: "Summary", id: 5 },
      },
    },
    Summary: { fields: { value: { rule: "repeated", type: "Value", id: 1 } } },
    Value: {
      fields: {
        tag: { type: "string", id: 1 },
        simpleValue: { type: "float", id: 2 },
        image: { type: "Image", id: 4 },
        tensor: { type: "Tensor", id: 8 },
        metadata: { type: "Metadata", id: 9 },
      },
      oneofs: { value: { oneof: ["simpleValue", "image", "tensor"] } },
    },
    Image: {
      fields: {
        height: { type: "int32", id: 1 },
        width: { type: "int32", id: 2 },
        colorspace: { type: "int32", id: 3 },
        encodedImageString: { type: "bytes", id: 4 },
      },
    },
    Tensor: {
      fields: {
        dtype: { type: "int32", id: 1 },
        stringVal: { rule: "repeated", type: "bytes", id: 8 },
      },
    },
    Metadata: { fields: { pluginData: { type: "PluginData", id: 1 } } },
    PluginData: { fields: { pluginName: { type: "string", id: 1 } } },
  },
});

const EVENT = ROOT.lookupType("Event");

/** `DT_STRING` of TensorFlow's types, and the colour space of RGB. */
const DT_STRING = 7, RGB = 3;

/** Bytes before a record: its length and that length's checksum; after it comes its own. */
const HEAD = 12, FOOT = 4;

/** What is inside a summary as it is decoded. */
interface DecodedValue {
  readonly tag: string;
  readonly value: "simpleValue" | "image" | "tensor";
  readonly simpleValue: number;
  readonly image: {
    readonly height: number;
    readonly width: number;
    readonly encodedImageString: Uint8Array;
  };
  readonly tensor: { readonly stringVal: readonly Uint8Array[] };
}

/**
 * An event as a record of a file that TensorBoard reads: a TFRecord, which is a length, a payload and
 * a masked CRC-32C of each.
 *
 * @see https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
 */
export function encodeEvent({ values, ...event }: TensorBoardEvent): Uint8Array<ArrayBuffer> {
  const summary = values && { value: values.map(encodeValue) };
  const payload = EVENT.encode(EVENT.create({ ...event, ...(summary ? { summary } : {}) }))
    .finish();
  const record = new Uint8Array(HEAD + payload.length + FOOT), view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(payload.length), true);
  view.setUint32(8, maskedCrc(record.subarray(0, 8)), true);
  record.set(payload, HEAD);
  view.setUint32(HEAD + payload.length, maskedCrc(payload), true);
  return record;
}

/** Events of a file, and where in it each ends. */
export interface DecodedEvents {
  readonly events: readonly TensorBoardEvent[];
  /** Offset of the byte after each event. */
  readonly ends: readonly number[];
}

/**
 * Reads a file of events up to the first record that is damaged or cut, as one is that was being
 * written when its process was killed.
 */
export function decodeEvents(bytes: Uint8Array): DecodedEvents {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const events: TensorBoardEvent[] = [], ends: number[] = [];
  for (let at = 0; at + HEAD <= bytes.length;) {
    if (view.getUint32(at + 8, true) !== maskedCrc(bytes.subarray(at, at + 8))) break;
    const end = at + HEAD + Number(view.getBigUint64(at, true));
    if (end + FOOT > bytes.length) break;
    const payload = bytes.subarray(at + HEAD, end);
    if (view.getUint32(end, true) !== maskedCrc(payload)) break;
    at = end + FOOT;
    events.push(decodeEvent(payload));
    ends.push(at);
  }
  return { events, ends };
}

function encodeValue(value: TaggedValue): object {
  const { tag } = value;
  if ("scalar" in value) return { tag, simpleValue: value.scalar };
  if ("png" in value) {
    const { png, width, height } = value;
    return { tag, image: { width, height, colorspace: RGB, encodedImageString: png } };
  }
  return {
    tag,
    tensor: { dtype: DT_STRING, stringVal: [new TextEncoder().encode(value.text)] },
    metadata: { pluginData: { pluginName: "text" } },
  };
}

function decodeEvent(payload: Uint8Array): TensorBoardEvent {
  const { wallTime, step, fileVersion, summary } = EVENT.decode(payload) as unknown as {
    readonly wallTime: number;
    readonly step: unknown;
    readonly fileVersion: string;
    readonly summary: { readonly value: readonly DecodedValue[] } | null;
  };
  return {
    wallTime,
    step: Number(step), // of 64 bits
    ...(fileVersion ? { fileVersion } : {}),
    ...(summary ? { values: summary.value.map(decodeValue) } : {}),
  };
}

function decodeValue({ tag, value, simpleValue, image, tensor }: DecodedValue): TaggedValue {
  if (value === "simpleValue") return { tag, scalar: simpleValue };
  if (value === "tensor") {
    return { tag, text: tensor.stringVal.map((part) => new TextDecoder().decode(part)).join("") };
  }
  const { width, height, encodedImageString: png } = image;
  return { tag, png: Uint8Array.from(png), width, height };
}

/** CRC-32C, turned by 15 bits and moved on, so that a checksum of checksums is not a constant. */
function maskedCrc(bytes: Uint8Array): number {
  const crc = crc32c.buf(bytes) >>> 0;
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
