import assert from "node:assert/strict";
import {
  decodeEvents,
  encodeEvent,
  type TensorBoardEvent,
} from "../../../experiment/tensorboard/events.ts";

const EVENTS: readonly TensorBoardEvent[] = [
  { wallTime: 1.5, step: 0, fileVersion: "brain.Event:2" },
  { wallTime: 2, step: 0, values: [{ tag: "config", text: "seed: 1 ±\n" }] },
  { wallTime: 3, step: 2 ** 33, values: [{ tag: "a", scalar: 0.25 }, { tag: "b", scalar: 0 }] },
  { wallTime: 4, step: 9, values: [{ tag: "c", png: Uint8Array.of(1, 2), width: 3, height: 4 }] },
];

function fileOf(events: readonly TensorBoardEvent[]): Uint8Array {
  return Uint8Array.from(events.flatMap((event) => [...encodeEvent(event)]));
}

Deno.test("events come back as they were written", () => {
  const file = fileOf(EVENTS), { events, ends } = decodeEvents(file);
  assert.deepEqual(events, EVENTS);
  assert.equal(ends[3], file.length);
});

Deno.test("the first record is, byte for byte, what TensorFlow writes", () => {
  // Files of TensorFlow begin so; here the wall time is 1.5.
  const hex = "1800000000000000a37f4b2209000000000000f83f1a0d627261696e2e4576656e743a32";
  const record = encodeEvent({ wallTime: 1.5, step: 0, fileVersion: "brain.Event:2" });
  const text = [...record].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  assert.equal(text.slice(0, 72), hex);
  assert.equal(record.length, 12 + 24 + 4);
});

Deno.test("a record that is cut or damaged ends the reading", () => {
  const file = fileOf(EVENTS), { ends } = decodeEvents(file);
  assert.equal(decodeEvents(file.subarray(0, file.length - 1)).events.length, 3);
  assert.equal(decodeEvents(file.subarray(0, ends[2]! + 5)).events.length, 3);
  for (const [what, at] of [["length", ends[0]!], ["payload", ends[0]! + 20]] as const) {
    const damaged = file.slice();
    damaged[at]! ^= 1;
    assert.equal(decodeEvents(damaged).events.length, 1, what);
  }
  assert.deepEqual(decodeEvents(new Uint8Array()), { events: [], ends: [] });
});
