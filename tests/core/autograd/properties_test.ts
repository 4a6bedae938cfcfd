import assert from "node:assert/strict";
import {
  argmax,
  crossEntropy,
  gather,
  gradients,
  klDivergence,
  logSoftmax,
  max,
  maximum,
  min,
  minimum,
  neg,
  permute,
  relu,
  requestDevice,
  softmax,
  sum,
  type Tensor,
  topK,
  where,
} from "../../../core/autograd/mod.ts";
import { Random } from "../../../core/random.ts";
import { draw, drawLabels, labels, toDevice } from "./samples/sample.ts";

const device = await requestDevice();
const CLASSES = [1, 3, 5, 33, 65, 1000];

Deno.test("softmax() has rows that sum to 1, whatever the number of classes", async () => {
  for (const classes of CLASSES) {
    const x = toDevice(device, draw("x", [4, classes], [-30, 30]));
    for (const s of await device.read(sum(softmax(x), -1))) assert.ok(Math.abs(s - 1) < 1e-5);
  }
});

Deno.test("softmax() does not change when a row is shifted", async () => {
  const x = draw("x", [3, 40]);
  const [a, b] = await device.readAll([
    softmax(toDevice(device, x)),
    softmax(device.tensor(Array.from(x.data, (v) => v + 512), x.shape)),
  ]);
  a.forEach((v, i) => assert.ok(Math.abs(v - b[i]!) < 1e-4)); // of one length
});

Deno.test("softmax, its logarithm and cross entropy stay finite at ±1e4", async () => {
  for (const classes of [3, 10, 100, 1000]) {
    const row = (r: number) => Array.from({ length: classes }, (_, k) => (k + r) % 3 ? -1e4 : 1e4);
    const z = device.tensor([...row(0), ...row(1), ...row(2)], [3, classes]);
    const { value, grads } = gradients(
      [z],
      () => crossEntropy(z, labels(device, [0, 1, 2]), { temperature: 0.5 }),
    );
    const all = await device.readAll([softmax(z), logSoftmax(z), value, grads[0]!]); // one parameter
    for (const values of all) assert.ok(values.every(Number.isFinite), `${classes} classes`);
  }
});

Deno.test("a batch in another order gives the same rows in that order, bit for bit", async () => {
  const rows = 37, classes = 40;
  const order = new Random({ seed: 2, name: "order" }).permutation(rows);
  const x = toDevice(device, draw("x", [rows, classes]));
  const y = labels(device, drawLabels("y", rows, classes));
  const index = labels(device, order);
  const shuffled = gather(x, index), shuffledY = gather(y, index);
  const each = { reduction: "none" } as const;
  const pairs: [Tensor, Tensor][] = [
    [softmax(x), softmax(shuffled)],
    [max(x, -1), max(shuffled, -1)],
    [sum(x, -1), sum(shuffled, -1)],
    [crossEntropy(x, y, each), crossEntropy(shuffled, shuffledY, each)],
    [klDivergence(softmax(x), x, each), klDivergence(softmax(shuffled), shuffled, each)],
  ];
  for (const [straight, changed] of pairs) {
    const [a, b] = await device.readAll([gather(straight, index), changed]);
    assert.deepEqual(b, a);
  }
});

Deno.test("argmax() names the element that max() returns, topK() begins with it", async () => {
  for (const classes of CLASSES) {
    const x = draw("x", [5, classes]);
    const t = toDevice(device, x);
    const [place, largest, smallest, top] = await device.readAll([
      argmax(t),
      max(t, -1),
      min(t, -1),
      topK(t, 1),
    ]);
    assert.deepEqual(top, place);
    place.forEach((k, r) => assert.equal(x.data[r * classes + k], largest[r]));
    const negated = await device.read(max(neg(t), -1));
    assert.deepEqual(negated.map((v) => -v), smallest);
  }
});

Deno.test("argmax() counts NaN as the largest, as PyTorch does", async () => {
  const x = device.tensor([1, NaN, 3, NaN, Infinity, 2], [2, 3]);
  assert.deepEqual([...await device.read(argmax(x))], [1, 0]);
});

Deno.test("permute() back and forth is the identity", async () => {
  const x = draw("x", [2, 3, 4, 5]);
  const there = permute(toDevice(device, x), [3, 1, 0, 2]);
  assert.deepEqual(
    await device.read(permute(there, [2, 1, 3, 0])),
    Float32Array.from(x.data),
  );
});

Deno.test("gradients at ties go to the first operand, at 0 as documented", async () => {
  const x = device.tensor([0, 1], [2]), y = device.tensor([0, 1], [2]);
  const slopes = async (body: () => Tensor) => {
    const { grads } = gradients([x, y], () => sum(body()));
    const [dx, dy] = await device.readAll([grads[0]!, grads[1]!]); // two parameters
    return [[...dx], [...dy]];
  };
  assert.deepEqual(await slopes(() => maximum(x, y)), [[1, 1], [0, 0]]);
  assert.deepEqual(await slopes(() => minimum(x, y)), [[1, 1], [0, 0]]);
  assert.deepEqual(await slopes(() => relu(x)), [[0, 1], [0, 0]]);
  assert.deepEqual(await slopes(() => max(gather(x, labels(device, [1, 1, 0])))), [[0, 1], [0, 0]]);
});

Deno.test("where() keeps NaN of the other side out of values and gradients", async () => {
  const mask = device.tensor([1, 0], [2]);
  const a = device.tensor([1, NaN], [2]), b = device.tensor([NaN, 2], [2]);
  const { value, grads } = gradients([a, b], () => sum(where(mask, a, b)));
  const [v, da, db] = await device.readAll([value, grads[0]!, grads[1]!]); // two parameters
  assert.deepEqual([[...v], [...da], [...db]], [[3], [1, 0], [0, 1]]);
});

Deno.test("crossEntropy() is NaN for a label that does not exist", async () => {
  for (const classes of [3, 50]) {
    const z = device.zeros([2, classes]);
    const each = crossEntropy(z, labels(device, [classes, 0]), { reduction: "none" });
    const [wrong, right] = await device.read(each);
    assert.ok(Number.isNaN(wrong));
    assert.ok(Math.abs(right! - Math.log(classes)) < 1e-5);
  }
});

Deno.test("crossEntropy() refuses to be differentiated by its weights", () => {
  const w = device.tensor([1], [1]);
  assert.throws(
    () =>
      gradients(
        [w],
        () => crossEntropy(device.zeros([1, 2]), labels(device, [0]), { weights: w }),
      ),
    /weights have no gradient here/,
  );
});

Deno.test("reductions repeat bit for bit", async () => {
  const x = toDevice(device, draw("x", [3000, 12]));
  for (const axes of [[0], [1], [0, 1]]) {
    const [a, b] = await device.readAll([sum(x, axes), sum(x, axes)]);
    assert.deepEqual(a, b);
  }
});
