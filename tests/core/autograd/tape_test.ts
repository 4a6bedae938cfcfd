import assert from "node:assert/strict";
import {
  add,
  detach,
  gradients,
  matmul,
  mul,
  record,
  relu,
  requestDevice,
  square,
  sum,
  Tape,
  type Tensor,
} from "../../../core/autograd/mod.ts";

const device = await requestDevice();

Deno.test("Tape.backward() adds up the gradients of a tensor that is used often", async () => {
  const x = device.tensor([1, 2, 3], [3]);
  const { value, grads } = gradients([x], () => {
    const y = add(x, x);
    return sum(add(mul(y, x), y));
  });
  // Σ 2x² + 2x
  assert.equal((await device.read(value))[0], 28 + 12);
  assert.deepEqual([...await device.read(grads[0]!)], [6, 10, 14]); // one parameter
});

Deno.test("Tape.backward() gives zeros for what the value does not depend on", async () => {
  const x = device.tensor([2], [1]), y = device.tensor([3, 4], [2]);
  const { grads } = gradients([x, y], () => sum(square(x)));
  const [dx, dy] = await device.readAll([grads[0]!, grads[1]!]); // two parameters
  assert.deepEqual([[...dx], [...dy]], [[4], [0, 0]]);
});

Deno.test("Tape.backward() does not pass what is detached", async () => {
  const x = device.tensor([3], [1]);
  const { grads } = gradients([x], () => sum(mul(detach(square(x)), x)));
  assert.equal((await device.read(grads[0]!))[0], 9); // one parameter
});

Deno.test("Tape.backward() asks only for gradients that are wanted", () => {
  const x = device.tensor([1], [1]), constant = device.tensor([2], [1]);
  const asked: boolean[] = [];
  const tape = new Tape(device, new Map([[x, null]]));
  const y = tape.record(() =>
    record("probe", [x, constant], device.zeros([1]), [], (dy, { needs }) => {
      asked.push(needs(0), needs(1));
      return [dy, undefined];
    })
  );
  tape.backward(y);
  assert.deepEqual(asked, [true, false]);
});

Deno.test("Tape.backward() writes gradients where they belong", async () => {
  const x = device.tensor([1, 2], [2]), place = device.tensor([7, 7], [2]);
  const tape = new Tape(device, new Map([[x, place]]));
  const loss = tape.record(() => sum(mul(x, mul(x, x))));
  assert.equal(tape.backward(loss).get(x), place);
  assert.deepEqual([...await device.read(place)], [3, 12]);
});

Deno.test("Tape.backward() adds up both gradients of a parameter that one operation takes twice", async () => {
  const x = device.tensor([1, 2], [2, 1]), place = device.zeros([2, 1]);
  const tape = new Tape(device, new Map([[x, place]]));
  const loss = tape.record(() => sum(matmul(x, x, { transposeB: true }))); // (Σ x)²
  tape.backward(loss);
  assert.deepEqual([...await device.read(place)], [6, 6]);
});

Deno.test("Tape.backward() frees what was saved for it, and its own gradients", () => {
  const x = device.tensor([1, -2], [2]);
  const storages = device.scope(() => {
    const made: Tensor[] = [];
    const tape = new Tape(device, new Map([[x, null]]));
    const loss = tape.record(() => {
      const y = device.scope(() => {
        const squared = square(x);
        made.push(squared);
        return relu(squared);
      });
      made.push(y);
      return sum(mul(y, y));
    });
    assert.ok(made.every(({ storage }) => storage.refs > 0), "held by the tape");
    const found = tape.backward(loss);
    assert.equal(made[0]!.storage.refs, 0, "its scope and the tape have let go"); // two
    for (const g of found.values()) device.adopt(g);
    return [...made, ...found.values()].map(({ storage }) => ({ storage }));
  });
  assert.deepEqual(storages.map(({ storage }) => storage.refs), [0, 0, 0]);
});

Deno.test("Tape.clear() frees what was saved", () => {
  const x = device.tensor([1], [1]);
  const tape = new Tape(device, new Map([[x, null]]));
  const saved = device.scope(() => {
    const y = tape.record(() => mul(square(x), x));
    assert.equal(y.tape, tape);
    return [x.storage];
  });
  tape.clear();
  assert.equal(saved[0]!.refs, 1); // its owner alone
});

Deno.test("nothing is recorded without a tape or inside noGrad()", () => {
  const x = device.tensor([1], [1]);
  assert.equal(square(x).tape, null);
  const tape = new Tape(device, new Map([[x, null]]));
  tape.record(() => assert.equal(device.noGrad(() => square(x)).tape, null));
});

Deno.test("gradients() refuses a result that is no single number", () => {
  const x = device.tensor([1, 2], [2]);
  assert.throws(() => gradients([x], () => square(x)), /f32\[2\]: the result must be a single/);
  assert.throws(() => gradients([], () => square(x)), /no parameters/);
});

Deno.test("Tape.backward() refuses a gradient of another shape, naming the operation", () => {
  const x = device.tensor([1, 2], [2]);
  const tape = new Tape(device, new Map([[x, null]]));
  const y = tape.record(() =>
    record("crooked", [x], device.zeros([2]), [], () => [device.zeros([3])])
  );
  assert.throws(
    () => tape.backward(y, device.zeros([2])),
    /gradient of crooked for input 0 is f32\[3\], but the input is f32\[2\]/,
  );
});
