import assert from "node:assert/strict";
import {
  avgPool2d,
  globalAvgPool,
  gradients,
  maxPool2d,
  mul,
  requestDevice,
  sum,
  type Tensor,
} from "../../../core/autograd/mod.ts";

const device = await requestDevice();

async function gradientOf(x: Tensor, f: (x: Tensor) => Tensor): Promise<number[]> {
  const { grads } = gradients([x], () => sum(f(x)));
  return [...await device.read(grads[0]!)]; // one parameter
}

Deno.test("maxPool2d() sends the gradient of a tie to the first maximum", async () => {
  for (const channels of [1, 4]) {
    const x = device.tensor(Array(9 * channels).fill(2), [1, 3, 3, channels]);
    const got = await gradientOf(x, (v) => maxPool2d(v, { kernel: 2, stride: 1 }));
    const plane = got.filter((_, i) => i % channels === 0);
    assert.deepEqual(plane, [1, 1, 0, 1, 1, 0, 0, 0, 0]);
  }
});

Deno.test("maxPool2d() never takes the padding, not even among negative or infinite values", async () => {
  const x = device.tensor([-5, -Infinity, -7, -Infinity], [1, 2, 2, 1]);
  const y = maxPool2d(x, { kernel: 2, stride: 2, padding: 1 });
  assert.deepEqual([...await device.read(y)], [-5, -Infinity, -7, -Infinity]);
  assert.deepEqual(await gradientOf(x, (v) => maxPool2d(v, { kernel: 2, stride: 2, padding: 1 })), [
    1,
    1,
    1,
    1,
  ]);
});

Deno.test("maxPool2d() adds the gradients of overlapping windows", async () => {
  const x = device.tensor([0, 0, 0, 0, 9, 0, 0, 0, 0], [1, 3, 3, 1]);
  const got = await gradientOf(x, (v) => maxPool2d(v, { kernel: 2, stride: 1 }));
  assert.deepEqual(got, [0, 0, 0, 0, 4, 0, 0, 0, 0]);
});

Deno.test("avgPool2d() counts the zeros of the padding", async () => {
  const x = device.tensor([4, 8, 12, 16], [1, 2, 2, 1]);
  const y = avgPool2d(x, { kernel: 2, stride: 2, padding: 1 });
  assert.deepEqual([...await device.read(y)], [1, 2, 3, 4]);
});

Deno.test("pooling a window of one pixel is the identity", async () => {
  const x = device.tensor(Array.from({ length: 24 }, (_, i) => i), [2, 2, 2, 3]);
  for (const pool of [maxPool2d, avgPool2d]) {
    assert.deepEqual(await device.read(pool(x, { kernel: 1 })), await device.read(x));
  }
});

Deno.test("globalAvgPool() is avgPool2d() of a window as large as the image", async () => {
  for (const channels of [5, 8]) {
    const values = Array.from({ length: 2 * 36 * channels }, (_, i) => (i * 7) % 11);
    const x = device.tensor(values, [2, 6, 6, channels]);
    const [a, b] = await device.readAll([globalAvgPool(x), avgPool2d(x, { kernel: 6 })]);
    a.forEach((v, i) => assert.ok(Math.abs(v - b[i]!) < 1e-5)); // of one length
    const weigh = (y: Tensor) => mul(y, device.tensor([3], []));
    const [g, h] = [
      await gradientOf(x, (v) => weigh(globalAvgPool(v))),
      await gradientOf(x, (v) => weigh(avgPool2d(v, { kernel: 6 }))),
    ];
    g.forEach((v, i) => assert.ok(Math.abs(v - h[i]!) < 1e-6));
  }
});

Deno.test("pooling refuses windows that cannot be", () => {
  const x = device.zeros([1, 4, 4, 1]);
  const refuse = (call: () => unknown, message: RegExp) =>
    assert.throws(call, { name: "RangeError", message });
  refuse(() => maxPool2d(x, { kernel: 2, padding: 2 }), /padding 2.*at most half a window/);
  refuse(() => maxPool2d(x, { kernel: 2, stride: 0 }), /stride 0/);
  refuse(() => avgPool2d(x, { kernel: 1.5 }), /windows of 1.5/);
  refuse(() => avgPool2d(x, { kernel: 5 }), /\[1, 4, 4, 1\] in windows of 5/);
});
