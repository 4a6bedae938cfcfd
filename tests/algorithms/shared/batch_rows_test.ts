import assert from "node:assert/strict";
import { deinterleave, interleave } from "../../../algorithms/shared/batch_rows.ts";
import { requestDevice } from "../../../core/mod.ts";

Deno.test("interleave() gives each batch its group of the first one, and is its own inverse", async () => {
  const device = await requestDevice();
  const rows = device.tensor(Array.from({ length: 15 }, (_, i) => i), [15, 1]);
  const batches = interleave(rows, 5);
  const read = await device.readAll(batches);
  assert.deepEqual(read.map((x) => [...x]), [
    [0, 6, 7, 13, 14],
    [5, 1, 2, 8, 9],
    [10, 11, 12, 3, 4],
  ]);
  assert.deepEqual([...await device.read(deinterleave(batches))], [...await device.read(rows)]);
  assert.throws(() => interleave(rows, 4), TypeError);
  device.destroy();
});
