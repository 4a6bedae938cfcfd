import assert from "node:assert/strict";
import {
  add,
  DeviceLost,
  mul,
  requestDevice,
  scatterRows,
  sum,
  Tape,
  TooLarge,
} from "../../../core/autograd/mod.ts";
import { defineKernel, read, write } from "../../../kernels/kernel.ts";

const device = await requestDevice();

Deno.test("Device.scope() frees what is made in it, but not what it returns", async () => {
  device.scope(() => void device.zeros([1000]));
  const before = device.pool.created;
  const kept = device.scope(() => {
    const inside = add(device.zeros([1000]), 1);
    assert.equal(inside.storage.refs, 1);
    return { list: [inside] };
  });
  const made = device.pool.created;
  assert.ok(made <= before + 1, "the freed tensor was used again");
  device.scope(() => void device.zeros([1000]));
  assert.equal(device.pool.created, made);
  assert.equal((await device.read(kept.list[0]!))[999], 1); // one tensor
  device.free(kept.list[0]!);
  assert.equal(kept.list[0]!.storage.refs, 0);
});

Deno.test("Device.scope() hands results on to the enclosing scope", () => {
  const inner = device.scope(() => {
    const x = device.scope(() => device.scope(() => device.zeros([8])));
    assert.equal(x.storage.refs, 1);
    return [x.storage];
  });
  assert.equal(inner[0]!.refs, 0); // one storage; freed by the outermost scope
});

Deno.test("Device.scope() frees when its body throws", () => {
  const made: { refs: number }[] = [];
  assert.throws(() =>
    device.scope(() => {
      made.push(device.zeros([4]).storage);
      throw new Error("on purpose");
    }), /on purpose/);
  assert.equal(made[0]!.refs, 0); // one storage
});

Deno.test("Device.keep() and retain() outlive scopes", () => {
  const [kept, retained] = device.scope(() => {
    const kept = device.keep(() => device.zeros([4]));
    const retained = device.zeros([4]);
    device.retain(retained);
    return [kept.storage, retained.storage].map((storage) => ({ storage }));
  });
  assert.equal(kept!.storage.refs, 1); // two, as above
  assert.equal(retained!.storage.refs, 1);
});

Deno.test("Device.tensor() does not overtake commands that still read a freed tensor", async () => {
  const first = device.tensor([1, 2, 3, 4], [4]);
  const twice = mul(first, 2);
  device.free(first);
  const second = device.tensor([9, 9, 9, 9], [4]);
  const [a, b] = await device.readAll([twice, second]);
  assert.deepEqual([...a], [2, 4, 6, 8]);
  assert.deepEqual([...b], [9, 9, 9, 9]);
});

Deno.test("Device.write() comes after the commands recorded before it", async () => {
  const x = device.tensor([1], [1]);
  const before = add(x, 0);
  device.write(x, [5]);
  const after = add(x, 0);
  const [a, b] = await device.readAll([before, after]);
  assert.deepEqual([a[0], b[0]], [1, 5]);
  assert.throws(() => device.write(x, [1, 2]), /2 elements into f32\[1\]/);
});

Deno.test("Device.read() returns all element types and no elements", async () => {
  const [i, u, b, none] = await device.readAll([
    device.tensor([-1, 2], [2], "i32"),
    device.tensor([4294967295], [1], "u32"),
    device.tensor([1, 2, 255], [3], "u8"),
    device.zeros([0]),
  ]);
  assert.deepEqual([[...i], [...u], [...b], [...none]], [[-1, 2], [4294967295], [1, 2, 255], []]);
});

Deno.test("Device.dispatch() takes more commands than fit one submission", async () => {
  let x = device.tensor([0], [1]);
  const { submissions } = device.counts;
  for (let i = 0; i < 2100; i++) x = device.scope(() => add(x, 1));
  assert.ok(device.counts.submissions > submissions);
  assert.equal((await device.read(x))[0], 2100);
});

Deno.test("the pool stops growing over 1000 steps", async () => {
  const step = () =>
    device.scope(() => {
      const w = device.tensor([1, 2, 3], [3]);
      const tape = new Tape(device, new Map([[w, null]]));
      const loss = tape.record(() => sum(mul(add(w, w), w)));
      for (const g of tape.backward(loss).values()) device.adopt(g);
      device.submit();
    });
  for (let i = 0; i < 3; i++) step();
  const { created, bytes } = device.pool;
  for (let i = 0; i < 997; i++) step();
  await device.idle();
  assert.deepEqual([device.pool.created, device.pool.bytes], [created, bytes]);
});

Deno.test("BufferPool refuses more than the budget, in words", async () => {
  const small = await requestDevice({ memoryBudget: 1 << 20 });
  assert.throws(
    () => small.zeros([1 << 20]),
    /take 4\.0 MiB, this adapter allows 1\.0 MiB \(memory budget\)/,
  );
  const most = small.gpu.limits.maxBufferSize;
  assert.throws(() => small.empty([most]), /maxBufferSize/);
  small.destroy();
});

Deno.test("Device.tensor() refuses elements and sizes that cannot be", () => {
  assert.throws(() => device.tensor([1, 2], [3]), /shape \[3\] from 2 elements/);
  assert.throws(() => device.zeros([1.5]), /whole numbers, not \[1\.5\]/);
  assert.throws(() => device.copy(device.zeros([8]), device.zeros([4])), /f32\[8\] into f32\[4\]/);
});

Deno.test("scatterRows() refuses to overwrite what a gradient is wanted of", () => {
  const table = device.zeros([2, 1]), index = device.tensor([0], [1], "i32");
  const tape = new Tape(device, new Map([[table, null]]));
  assert.throws(
    () => tape.record(() => scatterRows(table, index, device.zeros([1, 1]))),
    /f32\[2, 1\] while a gradient is wanted/,
  );
});

Deno.test("a kernel that does not compile is named, with its numbered line", async () => {
  const broken = await requestDevice();
  const kernel = defineKernel({
    key: "broken on purpose",
    bindings: { y: write("f32") },
    body: "  let fine = 1.0;\n  y[0] = no_such_name;",
  });
  broken.dispatch(kernel, { y: broken.empty([1]) }, {}, [1]);
  await assert.rejects(
    () => broken.idle(),
    /'broken on purpose' does not compile[^]*no_such_name[^]*>\s+\d+ +y\[0\] = no_such_name/,
  );
  broken.destroy();
});

Deno.test("Device.check() throws what the GPU has refused, and where", async () => {
  const broken = await requestDevice();
  broken.place = "step 12";
  broken.gpu.createBuffer({ size: 16, usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.STORAGE });
  await broken.gpu.queue.onSubmittedWorkDone();
  assert.throws(() => broken.check(), /refused a command of step 12/);
  assert.throws(() => broken.submit(), /refused a command of step 12/);
  broken.destroy();
});

const scaled = defineKernel({
  key: "scaled",
  bindings: { x: read("f32"), y: write("f32"), z: undefined },
  uniforms: { scale: "f32", offset: "i32", times: "u32" },
  body: "y[0] = x[0] * u.scale + f32(u.offset) * f32(u.times);",
});

Deno.test("Device.dispatch() takes arguments and uniforms by name, in any order", async () => {
  const x = device.tensor([3], [1]), y = device.empty([1]);
  const z = undefined; // this variant has none
  device.dispatch(scaled, { y, z, x }, { times: 4_000_000_000, offset: -1, scale: 0.5 }, [1]);
  assert.equal((await device.read(y))[0], Math.fround(1.5 - 4e9));
});

Deno.test("Device.dispatch() refuses missing and unknown names, and says which it takes", () => {
  const x = device.zeros([1]), y = device.zeros([1]), z = undefined;
  const all = { x, y, z }, uniforms = { scale: 1, offset: 0, times: 1 };
  const { dispatches } = device.counts;
  const refuse = (call: () => void, message: RegExp) => assert.throws(call, message);
  refuse(
    // @ts-expect-error: y is missing
    () => device.dispatch(scaled, { x, z }, uniforms, [1]),
    /'scaled' takes the arguments x, y, not x$/,
  );
  refuse(
    // @ts-expect-error: there is no w
    () => device.dispatch(scaled, { ...all, w: x }, uniforms, [1]),
    /takes the arguments x, y, not x, y, w$/,
  );
  refuse(
    () => device.dispatch(scaled, { ...all, z: x }, uniforms, [1]),
    /takes the arguments x, y, not x, y, z$/,
  );
  refuse(
    // @ts-expect-error: times is missing
    () => device.dispatch(scaled, all, { scale: 1, offset: 0 }, [1]),
    /takes the uniforms scale, offset, times, not scale, offset$/,
  );
  refuse(
    // @ts-expect-error: there is no shift
    () => device.dispatch(scaled, all, { ...uniforms, shift: 2 }, [1]),
    /takes the uniforms scale, offset, times, not scale, offset, times, shift$/,
  );
  const none = defineKernel({ key: "one", bindings: { y: write("f32") }, body: "y[0] = 1.0;" });
  refuse(
    () => device.dispatch(none, { y }, { n: 1 }, [1]),
    /'one' takes the uniforms none, not n$/,
  );
  assert.equal(device.counts.dispatches, dispatches);
});

Deno.test("a destroyed device says so at the next submit, and to who was reading", async () => {
  const own = await requestDevice();
  const x = own.tensor([1, 2], [2]);
  own.place = "step 7";
  const reading = own.read(x);
  own.gpu.destroy();
  add(x, x);
  const message =
    /^The GPU was lost during step 7: the device was destroyed; resume the run to go on$/;
  assert.throws(() => own.submit(), (error) => {
    assert.ok(error instanceof DeviceLost);
    assert.match(error.message, message);
    return true;
  });
  await assert.rejects(reading, DeviceLost);
  await assert.rejects(own.read(x), DeviceLost);
  own.destroy(); // once more does no harm
});

Deno.test("a tensor that no kernel can be given is refused where it is recorded", () => {
  const most = device.gpu.limits.maxStorageBufferBindingSize;
  if (most >= device.gpu.limits.maxBufferSize) return; // its buffer is refused before
  device.scope(() => {
    const x = device.empty([most / 4 + 4]);
    assert.throws(() => add(x, x), (error) => {
      assert.ok(error instanceof TooLarge);
      assert.match(
        error.message,
        /^A tensor takes .* MiB, this adapter allows .* MiB \(maxStorage/,
      );
      return true;
    });
  });
});
