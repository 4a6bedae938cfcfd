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
import { addInto } from "../../../core/autograd/tape.ts";

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

Deno.test("Tape.backward() offers a gradient to add to where nobody else sees it", async () => {
  const x = device.tensor([1, 2], [2]);
  /** Adds to the gradient of its input if it may. */
  const probe = (input: Tensor, offered: boolean[]) =>
    record("probe", [input], add(input, 0), [], (dy, { sum: soFar }) => {
      const before = soFar(0);
      offered.push(before !== undefined);
      return [before ? addInto(before, dy, true) : dy];
    });
  const run = async (body: (x: Tensor, offered: boolean[]) => Tensor) => {
    const offered: boolean[] = [], seed = device.tensor([1, 10], [2]);
    const got = device.scope(() => {
      const tape = new Tape(device, new Map([[x, null]]));
      const y = tape.record(() => body(add(x, 0), offered));
      const g = tape.backward(y, seed).get(x)!; // followed
      device.adopt(g);
      return g;
    });
    const [values, untouched] = await device.readAll([got, seed]);
    assert.deepEqual([...untouched], [1, 10], "the caller's");
    return { values: [...values], offered };
  };
  assert.deepEqual(
    await run((x, offered) => add(probe(x, offered), mul(x, 3))),
    { values: [4, 40], offered: [true] },
  );
  // Here the gradients of x, of the probe and of the result are one tensor, the seed.
  assert.deepEqual(
    await run((x, offered) => add(probe(x, offered), x)),
    { values: [2, 20], offered: [false] },
  );
  // And here one that is passed on to another operation's input, which comes later.
  assert.deepEqual(
    await run((x, offered) => {
      const y = add(x, 0), z = probe(x, offered);
      return add(z, mul(add(x, y), 3));
    }),
    { values: [7, 70], offered: [false] },
  );
});

Deno.test("Tape.backward() offers nothing to add to for an input that is given twice", async () => {
  const x = device.tensor([1, 2], [2]);
  const offered: boolean[] = [];
  const tape = new Tape(device, new Map([[x, null]]));
  const loss = tape.record(() => {
    const y = add(x, 0);
    const both = record("probe", [y, y], add(y, y), [], (dy, { sum: soFar }) => {
      offered.push(soFar(0) !== undefined, soFar(1) !== undefined);
      return [dy, dy];
    });
    return add(both, mul(y, 3));
  });
  const dx = tape.backward(loss, device.tensor([1, 10], [2])).get(x)!; // followed
  assert.deepEqual([...await device.read(dx)], [5, 50]);
  assert.deepEqual(offered, [false, false]);
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
