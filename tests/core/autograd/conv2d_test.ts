import assert from "node:assert/strict";
import {
  add,
  conv2d,
  detach,
  type Device,
  mean,
  mul,
  requestDevice,
  Tape,
  type Tensor,
} from "../../../core/autograd/mod.ts";
import { addInto } from "../../../core/autograd/tape.ts";
import { convGeometry } from "../../../core/autograd/ops/conv2d/geometry.ts";
import { fitsTextures } from "../../../core/autograd/ops/conv2d/texture_conv.ts";
import { convolutionNd } from "../../reference/convolution.ts";
import type { Nd } from "../../reference/nd.ts";
import { draw, toDevice } from "./samples/sample.ts";

const software = await requestDevice({ software: true });
const unshared = await requestDevice({ software: true });
unshared.lanes = 0;

/** All classes of kernels, on the adapter at hand. */
const devices: Readonly<Record<string, Device>> = {
  "software adapters": software,
  "software adapters without subgroups": unshared,
  GPUs: await requestDevice({ software: false }),
};

/** `[images, height, width, channels]` by a filter of `kernel` rows and columns. */
const CASES = [
  { x: [2, 33, 65, 3], kernel: [3, 3], outputs: 17, stride: 1, padding: 1 },
  { x: [1, 65, 33, 17], kernel: [3, 3], outputs: 3, stride: 2, padding: 1 },
  { x: [2, 1, 1, 4], kernel: [1, 1], outputs: 4, stride: 1, padding: 0 },
  { x: [3, 5, 3, 16], kernel: [3, 3], outputs: 8, stride: 1, padding: 1 },
  { x: [9, 8, 8, 32], kernel: [3, 3], outputs: 36, stride: 1, padding: 1 },
  { x: [2, 16, 16, 64], kernel: [3, 3], outputs: 16, stride: 2, padding: 1 },
  { x: [2, 9, 9, 8], kernel: [5, 5], outputs: 8, stride: 1, padding: 2 },
  { x: [1, 17, 15, 4], kernel: [7, 7], outputs: 12, stride: 2, padding: 3 },
  { x: [2, 8, 16, 20], kernel: [1, 1], outputs: 68, stride: 2, padding: 0 },
  { x: [1, 10, 8, 4], kernel: [2, 2], outputs: 4, stride: 1, padding: 1 },
  { x: [2, 7, 9, 5], kernel: [3, 1], outputs: 6, stride: 3, padding: 0 },
  { x: [1, 6, 7, 4], kernel: [2, 2], outputs: 4, stride: 4, padding: 0 },
  { x: [1, 4, 4, 4], kernel: [3, 3], outputs: 4, stride: 1, padding: 3 },
  { x: [2, 9, 7, 32], kernel: [3, 3], outputs: 32, stride: 1, padding: 1, groups: 8 },
  { x: [2, 10, 11, 16], kernel: [3, 3], outputs: 48, stride: 2, padding: 1, groups: 4 },
  { x: [1, 8, 13, 6], kernel: [3, 3], outputs: 9, stride: 1, padding: 1, groups: 3 },
  { x: [3, 11, 6, 5], kernel: [5, 3], outputs: 5, stride: 3, padding: 2, groups: 5 },
  { x: [2, 7, 7, 8], kernel: [1, 1], outputs: 12, stride: 2, padding: 0, groups: 2 },
  { x: [9, 16, 16, 8], kernel: [2, 2], outputs: 8, stride: 2, padding: 1, groups: 2 },
] as const;

for (const [kind, device] of Object.entries(devices)) {
  Deno.test(`conv2d() agrees with doubles, forward and back, kernels for ${kind}`, async () => {
    for (const { x: shape, kernel, outputs, stride, padding, ...rest } of CASES) {
      const groups = "groups" in rest ? rest.groups : 1;
      const x = draw("x", shape), w = draw("w", [...kernel, shape[3] / groups, outputs]);
      const bias = draw("b", [outputs]);
      const want = convolutionNd(x, w, { stride, padding, groups, dy: (s) => draw("dy", s) });
      const plus = draw("p", want.y.shape);
      const tensors = [x, w, bias, plus].map((v) => toDevice(device, v));
      const [tx, tw, tb, tp] = tensors as [Tensor, Tensor, Tensor, Tensor]; // four above
      const tape = new Tape(device, new Map(tensors.map((t) => [t, null])));
      const options = { bias: tb, plus: tp, stride, padding, groups };
      const y = tape.record(() => conv2d(tx, tw, options));
      assert.deepEqual(y.shape, want.y.shape);
      const grads = tape.backward(y, toDevice(device, want.dy));
      const got = await device.readAll([y, ...tensors.map((t) => grads.get(t)!)]); // all followed
      const what = `${JSON.stringify({ shape, kernel, outputs, stride, padding, groups })}`;
      // One bias a channel, and as many shortcuts as results.
      const sums = want.y.data.map((v, i) => v + bias.data[i % outputs]! + plus.data[i]!);
      assertClose(got[0]!, sums, `${what}: y`);
      [want.dx, want.dw, want.db, want.dy].forEach((g, i) =>
        assertClose(got[i + 1]!, g.data, `${what}: gradient ${i}`)
      );
    }
  });

  Deno.test(`conv2d() adds a shortcut as add() does, kernels for ${kind}`, async () => {
    for (const { x: shape, kernel, outputs, stride, padding, ...rest } of CASES) {
      const groups = "groups" in rest ? rest.groups : 1, options = { stride, padding, groups };
      const x = toDevice(device, draw("x", shape));
      const w = toDevice(device, draw("w", [...kernel, shape[3] / groups, outputs]));
      const alone = conv2d(x, w, options), plus = toDevice(device, draw("p", alone.shape));
      const [got, want] = await device.readAll([
        conv2d(x, w, { ...options, plus }),
        add(alone, plus),
      ]);
      assert.deepEqual(got, want, JSON.stringify({ shape, kernel, outputs, ...options }));
    }
  });

  Deno.test(`conv2d() adds to a gradient of its images, kernels for ${kind}`, async () => {
    for (const { x: shape, kernel, outputs, stride, padding, ...rest } of CASES) {
      const groups = "groups" in rest ? rest.groups : 1;
      const x = toDevice(device, draw("x", shape));
      const w = toDevice(device, draw("w", [...kernel, shape[3] / groups, outputs]));
      const f = (x: Tensor) => conv2d(x, w, { stride, padding, groups });
      const dx = (body: (x: Tensor) => Tensor) => {
        const tape = new Tape(device, new Map([[x, null]]));
        const y = tape.record(() => body(add(x, 0))); // gradients of results are what is added to
        return tape.backward(y, toDevice(device, draw("dy", y.shape))).get(x)!; // followed
      };
      const [both, conv, other] = await device.readAll([
        dx((x) => add(f(x), mean(mul(x, x)))),
        dx(f),
        dx((x) => add(detach(f(x)), mean(mul(x, x)))),
      ]);
      assert.deepEqual(both, conv.map((v, i) => v + other[i]!), JSON.stringify(shape)); // as many
    }
  });

  Deno.test(`conv2d() is linear in its images and in its filter, kernels for ${kind}`, async () => {
    const [x1, x2] = ["x1", "x2"].map((n) => toDevice(device, draw(n, [2, 9, 12, 8])));
    const [w1, w2] = ["w1", "w2"].map((n) => toDevice(device, draw(n, [3, 3, 8, 12])));
    const f = (x: Tensor, w: Tensor) => conv2d(x, w, { padding: 1 });
    const mix = (a: Tensor, b: Tensor) => add(mul(a, 2), mul(b, -0.5));
    const [inX, ofX, inW, ofW] = await device.readAll([
      f(mix(x1!, x2!), w1!),
      mix(f(x1!, w1!), f(x2!, w1!)),
      f(x1!, mix(w1!, w2!)),
      mix(f(x1!, w1!), f(x1!, w2!)),
    ]);
    assertClose(inX, Float64Array.from(ofX), "images");
    assertClose(inW, Float64Array.from(ofW), "filter");
  });

  Deno.test(`conv2d() and its gradients have the same bits twice, kernels for ${kind}`, async () => {
    const step = async () => {
      const x = toDevice(device, draw("x", [70, 8, 8, 16]));
      const w = toDevice(device, draw("w", [3, 3, 16, 16]));
      const tape = new Tape(device, new Map([[x, null], [w, null]]));
      const y = tape.record(() => conv2d(x, w, { padding: 1 }));
      const grads = tape.backward(y, toDevice(device, draw("dy", y.shape)));
      return await device.readAll([y, grads.get(x)!, grads.get(w)!]); // both followed
    };
    assert.deepEqual(await step(), await step());
  });

  Deno.test(`conv2d() sees changed images and filters, kernels for ${kind}`, async () => {
    const ones = new Float32Array(2 * 4 * 16 * 4).fill(1);
    const x = device.tensor(ones, [2, 4, 16, 4]),
      w = device.tensor(Array(16).fill(1), [1, 1, 4, 4]);
    const first = async () => (await device.read(conv2d(x, w)))[0];
    assert.equal(await first(), 4);
    device.write(x, ones.map(() => 2));
    assert.equal(await first(), 8);
    addInto(x, x.view(x.shape), false); // a copy: x stays
    assert.equal(await first(), 8);
    addInto(x, device.tensor(ones, x.shape), true);
    assert.equal(await first(), 12);
    device.write(w, Array(16).fill(3));
    assert.equal(await first(), 36);
    device.clear(w);
    assert.equal(await first(), 0);
  });

  Deno.test(`conv2d() takes more images than a texture has layers, kernels for ${kind}`, async () => {
    const images = device.gpu.limits.maxTextureArrayLayers + 3;
    for (const width of [16, 3]) { // rows of 256 bytes, and others
      const x = device.tensor(
        Float32Array.from({ length: images * width * 4 }, (_, i) => Math.floor(i / (4 * width))),
        [images, 1, width, 4],
      );
      const w = device.tensor(Array(3 * 4).fill(1 / 4), [1, 3, 4, 1]);
      const got = await device.read(conv2d(x, w, { padding: 1 }));
      const middle = (n: number) => got[((n * 3) + 1) * width + 1]!; // inside
      for (const n of [0, 1, images - 2, images - 1]) assert.equal(middle(n), 3 * n);
    }
  });

  Deno.test(`conv2d() writes a parameter's gradient where it belongs, kernels for ${kind}`, async () => {
    const x = toDevice(device, draw("x", [3, 6, 6, 8])),
      w = toDevice(device, draw("w", [3, 3, 8, 8]));
    const dy = (y: Tensor) => toDevice(device, draw("dy", y.shape));
    const run = (place: Tensor | null) => {
      const tape = new Tape(device, new Map([[w, place]]));
      const y = tape.record(() => conv2d(x, w));
      return tape.backward(y, dy(y)).get(w)!; // followed
    };
    const place = device.empty(w.shape);
    assert.equal(run(place), place);
    const [got, want] = await device.readAll([place, run(null)]);
    assert.deepEqual(got, want);
  });
}

Deno.test("conv2d() computes no gradient that nobody asked for", () => {
  const x = software.zeros([2, 6, 6, 8]), w = software.zeros([3, 3, 8, 8]);
  const dispatches = (parameters: Tensor[]) => {
    const tape = new Tape(software, new Map(parameters.map((p) => [p, null])));
    const y = tape.record(() => conv2d(x, w));
    const dy = software.zeros(y.shape), before = software.counts.dispatches;
    tape.backward(y, dy);
    return software.counts.dispatches - before;
  };
  dispatches([x, w]); // packs weights, which stay
  assert.ok(dispatches([w]) < dispatches([x, w]));
  assert.ok(dispatches([x]) < dispatches([x, w]));
});

Deno.test("conv2d() falls back to buffers where images exceed the largest texture", async () => {
  const width = software.gpu.limits.maxTextureDimension2D + 1;
  const x = software.tensor(new Float32Array(width).fill(1), [1, 1, width, 1]);
  const w = software.tensor([1, 1, 1], [1, 3, 1, 1]);
  assert.ok(!fitsTextures(software, convGeometry(x, w, { stride: 1, padding: 0 })));
  const y = await software.read(conv2d(x, w));
  assert.equal(y.length, width - 2);
  assert.ok(y.every((v) => v === 3));
});

Deno.test("conv2d() makes nothing new in a step that repeats", async () => {
  const w = toDevice(software, draw("w", [3, 3, 16, 16]));
  const step = () =>
    software.scope(() => {
      const x = toDevice(software, draw("x", [4, 8, 8, 16]));
      const tape = new Tape(software, new Map([[w, null]]));
      const y = tape.record(() => conv2d(conv2d(x, w, { padding: 1 }), w, { padding: 1 }));
      for (const g of tape.backward(y, toDevice(software, draw("dy", y.shape))).values()) {
        software.release(g);
      }
      software.submit();
      software.write(w, draw("w", [3, 3, 16, 16]).data as unknown as number[]);
    });
  step();
  step();
  const { textures: { created }, pool } = software, buffers = pool.created;
  for (let i = 0; i < 5; i++) step();
  await software.idle();
  assert.equal(software.textures.created, created);
  assert.equal(pool.created, buffers);
});

Deno.test("conv2d() says what does not fit", () => {
  const x = software.zeros([1, 4, 4, 3]), w = software.zeros([3, 3, 3, 8]);
  const refuse = (call: () => unknown, message: RegExp) => assert.throws(call, { message });
  refuse(() => conv2d(software.zeros([4, 4]), w), /\[4, 4\] with \[3, 3, 3, 8\]: it takes images/);
  refuse(() => conv2d(x, software.zeros([3, 3, 4, 8])), /channels 3 and 4 differ/);
  refuse(() => conv2d(x, w, { groups: 3 }), /in 3 groups: their number must divide/);
  refuse(() => conv2d(x, w, { groups: 2 }), /channels 3 and 2 groups of 3 differ/);
  refuse(() => conv2d(x, w, { stride: 0 }), /stride 0 and padding 0/);
  refuse(() => conv2d(x, w, { padding: -1 }), /padding -1/);
  refuse(() => conv2d(x, software.zeros([5, 5, 3, 8])), /would be empty/);
  refuse(() => conv2d(x, w, { bias: software.zeros([3]) }), /bias f32\[3\] to 8 channels/);
  refuse(
    () => conv2d(x, w, { plus: software.zeros([1, 4, 4, 8]) }),
    /f32\[1, 4, 4, 8\] to a convolution that gives \[1, 2, 2, 8\]/,
  );
});

function assertClose(got: ArrayLike<number>, want: Nd["data"], what: string): void {
  assert.equal(got.length, want.length, what);
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!); // of one length
    assert.ok(error <= 1e-5 * largest, `${what}: element ${i} is ${got[i]}, not ${want[i]}`);
  }
}
