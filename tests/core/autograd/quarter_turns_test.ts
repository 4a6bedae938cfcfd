import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { quarterTurns } from "../../../core/autograd/ops/quarter_turns.ts";

const device = await requestDevice();

Deno.test("quarterTurns() turns each image counter-clockwise by its own number", async () => {
  const image = [1, 2, 3, 4].flatMap((v) => [v, 10 * v]);
  const turns = [0, 1, 2, 3, 5];
  const x = device.tensor(turns.flatMap(() => image), [5, 2, 2, 2]);
  const y = await device.read(quarterTurns(x, device.tensor(turns, [5], "i32")));
  const wanted = [[1, 2, 3, 4], [2, 4, 1, 3], [4, 3, 2, 1], [3, 1, 4, 2], [2, 4, 1, 3]];
  assert.deepEqual([...y], wanted.flat().flatMap((v) => [v, 10 * v]));
});

Deno.test("quarterTurns() refuses images that are not square", () => {
  const x = device.zeros([1, 2, 3, 3]);
  assert.throws(() => quarterTurns(x, device.tensor([1], [1], "i32")), {
    name: "TypeError",
    message: "Cannot turn f32[1, 2, 3, 3] by i32[1]: give n square images and n numbers",
  });
});
