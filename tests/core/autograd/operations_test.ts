import assert from "node:assert/strict";
import {
  type AnyTensor,
  type Device,
  requestDevice,
  Tape,
  type Tensor,
} from "../../../core/autograd/mod.ts";
import * as ops from "../../../core/autograd/ops/mod.ts";
import { type Nd, nd, total } from "../../reference/nd.ts";
import { operationSamples, refusals } from "./samples/mod.ts";
import * as pointwise from "./samples/pointwise.ts";
import { draw, type Sample, toDevice } from "./samples/sample.ts";

const exported = Object.entries(ops).filter(([, value]) => typeof value === "function").map(
  ([name]) => name,
);

/** Kernels for software adapters and for GPUs, on the adapter at hand. */
const devices = {
  software: await requestDevice({ software: true }),
  gpu: await requestDevice({ software: false }),
};

Deno.test("every exported operation has a sample", () => {
  const sampled = new Set(operationSamples.map(({ op }) => op));
  assert.deepEqual(exported.filter((name) => !sampled.has(name)), []);
  assert.deepEqual([...sampled].filter((name) => !exported.includes(name)), []);
});

Deno.test("every exported operation refuses something", () => {
  const refused = new Set(refusals.map(({ op }) => op));
  // A new handle to any tensor: there is nothing to refuse.
  assert.deepEqual(exported.filter((name) => !refused.has(name)), ["detach"]);
});

for (const [kind, device] of Object.entries(devices)) {
  for (const [op, uses] of Map.groupBy(operationSamples, ({ op }) => op)) {
    Deno.test(`${op}() and its gradients agree with doubles, kernels for ${kind}`, async () => {
      await checkSamples(device, uses);
    });
  }
  Deno.test(`rows of the pointwise tables agree with doubles, kernels for ${kind}`, async () => {
    await checkSamples(device, pointwise.tableSamples);
  });
}

Deno.test("operations refuse what does not fit, naming it", () => {
  for (const { op, call, message } of refusals) {
    assert.throws(() => call(devices.software), (error: unknown) => {
      assert.ok(error instanceof TypeError || error instanceof RangeError, `${op} threw ${error}`);
      assert.match(error.message, message, op);
      assert.doesNotMatch(error.message, /\.$/, op);
      return true;
    }, `${op} accepted it (${message})`);
  }
});

/** What came out of a sample on the device. */
interface Outcome {
  readonly sample: Sample;
  readonly y: AnyTensor;
  /** Gradients of the inputs, arriving with the weights `seed`; null where none is recorded. */
  readonly grads: readonly Tensor[] | null;
  readonly seed: Nd;
}

/** Runs all samples, reads once, then compares: a read costs as much as many samples. */
async function checkSamples(device: Device, samples: readonly Sample[]): Promise<void> {
  const outcomes = device.scope(() => samples.map((sample) => runSample(device, sample)));
  const tensors = outcomes.flatMap(({ y, grads }) => [y, ...(grads ?? [])]);
  const values = await device.readAll(tensors);
  for (const tensor of tensors) device.free(tensor);
  let next = 0;
  for (const { sample, grads, seed } of outcomes) {
    const { inputs, reference, relative = 1e-5 } = sample;
    const what = `${sample.op} ${sample.about}`;
    assertClose(values[next++]!, reference(inputs).data, { what, relative }); // one a tensor
    inputs.forEach((x, i) => {
      if (!grads) return;
      const slopes = differences(inputs, i, (changed) => weighted(reference(changed), seed));
      assertClose(values[next++]!, slopes, {
        what: `${what}: gradient ${i} [${x.shape}]`,
        relative,
      });
    });
  }
}

function runSample(device: Device, sample: Sample): Outcome {
  const { op, about, inputs, run, reference, gradient = true } = sample;
  const what = `${op} ${about}`;
  const tensors = inputs.map((x) => toDevice(device, x));
  const tape = new Tape(device, new Map(tensors.map((t) => [t, null])));
  const y = tape.record(() => run(tensors, device));
  assert.deepEqual(y.shape, reference(inputs).shape, what);
  const followed = y.tape === tape;
  if (y.dtype === "f32") assert.equal(followed, gradient && inputs.length > 0, `${what}: tape`);
  const seed = draw("seed", y.shape);
  if (!followed) {
    tape.clear();
    return { sample, y, grads: null, seed };
  }
  const found = tape.backward(y as Tensor, toDevice(device, seed)); // only floats are followed
  for (const g of found.values()) device.adopt(g);
  const grads = tensors.map((t) => found.get(t) ?? device.zeros(t.shape));
  return { sample, y, grads, seed };
}

/** Central differences in doubles of a scalar function by one of its inputs. */
function differences(
  inputs: readonly Nd[],
  which: number,
  f: (inputs: readonly Nd[]) => number,
): Float64Array {
  const x = inputs[which]!; // one of them
  const step = 1e-5;
  return x.data.map((v, i) => {
    const shifted = (by: number) => f(inputs.with(which, nd(x.shape, x.data.with(i, v + by))));
    return (shifted(step) - shifted(-step)) / (2 * step);
  });
}

function weighted(y: Nd, weights: Nd): number {
  return total(y.data.map((v, i) => v * weights.data[i]!)); // of one shape
}

function assertClose(
  got: ArrayLike<number>,
  want: Float64Array,
  { what, relative }: { what: string; relative: number },
): void {
  assert.equal(got.length, want.length, what);
  const largest = want.reduce((m, v) => Number.isFinite(v) ? Math.max(m, Math.abs(v)) : m, 0);
  for (let i = 0; i < want.length; i++) {
    const a = got[i]!, b = want[i]!; // of one length
    if (Object.is(a, b) || a === b) continue;
    assert.ok(
      Math.abs(a - b) <= relative * largest + 1e-6,
      `${what}: element ${i} is ${a}, wanted ${b}`,
    );
  }
}
