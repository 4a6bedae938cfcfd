import assert from "node:assert/strict";
import {
  add,
  batchNorm,
  type BatchNormOptions,
  detach,
  type Device,
  mul,
  requestDevice,
  Tape,
  type Tensor,
} from "../../../core/autograd/mod.ts";
import { batchNormNd } from "../../reference/batch_norm.ts";
import { mapNd, type Nd } from "../../reference/nd.ts";
import { draw, toDevice } from "./samples/sample.ts";

const devices = {
  software: await requestDevice({ software: true }),
  gpu: await requestDevice({ software: false }),
};

const SHAPES = [[2, 1], [5, 3], [2, 7, 9, 17], [3, 8, 8, 16], [40, 640], [1, 65, 33, 4], [900, 12]];
const EPS = 1e-3, MOMENTUM = 0.25;

interface Run {
  readonly device: Device;
  readonly x: Nd;
  readonly slope: number;
  readonly mode: BatchNormOptions["mode"];
}

async function run({ device, x, slope, mode }: Run) {
  const channels = [x.shape.at(-1)!]; // no scalars here
  const start = { mean: draw("mean", channels), variance: draw("variance", channels, [0.5, 2]) };
  const values = [x, draw("gamma", channels, [0.5, 2]), draw("beta", channels)] as const;
  const tensors = values.map((v) => toDevice(device, v)) as [Tensor, Tensor, Tensor];
  const runningMean = toDevice(device, start.mean), runningVar = toDevice(device, start.variance);
  const tape = new Tape(device, new Map(tensors.map((t) => [t, null])));
  const [tx, gamma, beta] = tensors;
  const y = tape.record(() =>
    batchNorm(tx, {
      gamma,
      beta,
      runningMean,
      runningVar,
      mode,
      momentum: MOMENTUM,
      eps: EPS,
      activation: slope === 1
        ? { kind: "none" }
        : slope === 0
        ? { kind: "relu" }
        : { kind: "leaky-relu", slope },
    })
  );
  const dy = draw("dy", x.shape);
  const grads = tape.backward(y, toDevice(device, dy));
  const got = await device.readAll([
    y,
    ...tensors.map((t) => grads.get(t)!), // all are followed
    runningMean,
    runningVar,
  ]);
  const want = batchNormNd(x, {
    gamma: values[1],
    beta: values[2],
    dy,
    eps: EPS,
    slope,
    ...(mode === "running" ? { constants: start } : {}),
  });
  return { got, want, start };
}

for (const [kind, device] of Object.entries(devices)) {
  Deno.test(`batchNorm() agrees with doubles, forward and back, kernels for ${kind}`, async () => {
    for (const shape of SHAPES) {
      const x = draw("x", shape);
      for (const mode of ["batch", "frozen", "running"] as const) {
        for (const slope of [1, 0, 0.1]) {
          const { got, want, start } = await run({ device, x, slope, mode });
          const what = `[${shape}] ${mode} slope ${slope}`;
          [want.y, want.dx, want.dGamma, want.dBeta].forEach((w, i) =>
            assertClose(got[i]!, w.data, 3e-5, `${what}: result ${i}`) // four of them
          );
          const moved = (before: Nd, batch: (c: number) => number) =>
            before.data.map((v, c) =>
              mode === "batch" ? (1 - MOMENTUM) * v + MOMENTUM * batch(c) : v
            );
          const rows = x.data.length / shape.at(-1)!; // as above
          const unbiased = (c: number) => want.variance.data[c]! * rows / (rows - 1); // a channel
          const mean = moved(start.mean, (c) => want.mean.data[c]!);
          assertClose(got[4]!, mean, 1e-5, `${what}: running mean`);
          assertClose(got[5]!, moved(start.variance, unbiased), 1e-5, `${what}: running variance`);
        }
      }
    }
  });

  Deno.test(`batchNorm() adds to a gradient of its input, kernels for ${kind}`, async () => {
    for (const shape of [[5, 3], [3, 8, 8, 16]]) {
      const [gamma, beta, runningMean, runningVar] = ["g", "b", "m", "v"].map((n) =>
        toDevice(device, draw(n, shape.slice(-1), [0.5, 1]))
      ) as [Tensor, Tensor, Tensor, Tensor]; // four names
      for (const mode of ["batch", "running"] as const) {
        const x = toDevice(device, draw("x", shape));
        const f = (x: Tensor) => batchNorm(x, { gamma, beta, runningMean, runningVar, mode });
        const dx = (body: (x: Tensor) => Tensor) => {
          const tape = new Tape(device, new Map([[x, null]]));
          const y = tape.record(() => body(add(x, 0))); // gradients of results are what is added to
          return tape.backward(y, toDevice(device, draw("dy", shape))).get(x)!; // followed
        };
        const [both, norm, other] = await device.readAll([
          dx((x) => add(f(x), mul(x, x))),
          dx(f),
          dx((x) => add(detach(f(x)), mul(x, x))),
        ]);
        const want = Float64Array.from(norm, (v, i) => v + other[i]!); // as many
        assertClose(both, want, 1e-6, `[${shape}] ${mode}`);
      }
    }
  });

  Deno.test(`batchNorm() keeps its digits far from zero, kernels for ${kind}`, async () => {
    const x = mapNd(draw("far", [6, 10, 10, 4]), (v) => Math.fround(v + 1e4));
    const { got, want } = await run({ device, x, slope: 1, mode: "batch" });
    assertClose(got[0]!, want.y.data, 1e-3, "y"); // x itself has steps of 1e-3
  });

  Deno.test(`batchNorm() of a constant channel is its shift, kernels for ${kind}`, async () => {
    const x = mapNd(draw("x", [4, 3, 3, 4]), () => 7.3);
    const { got } = await run({ device, x, slope: 1, mode: "batch" });
    const beta = draw("beta", [4]);
    got[0]!.forEach((v, i) => assert.equal(v, beta.data[i % 4])); // one a channel
  });
}

Deno.test("batchNorm() writes parameters' gradients where they belong", async () => {
  const { software: device } = devices;
  const x = toDevice(device, draw("x", [5, 8]));
  const [gamma, beta, mean, variance] = ["g", "b", "m", "v"].map((n) =>
    toDevice(device, draw(n, [8], [0.5, 1]))
  ) as [Tensor, Tensor, Tensor, Tensor]; // four names
  const places = [device.empty([8]), device.empty([8])] as const;
  const options = { gamma, beta, runningMean: mean, runningVar: variance, mode: "batch" } as const;
  const tape = new Tape(device, new Map([[gamma, places[0]], [beta, places[1]]]));
  const y = tape.record(() => batchNorm(x, options));
  const grads = tape.backward(y, toDevice(device, draw("dy", y.shape)));
  assert.equal(grads.get(gamma), places[0]);
  assert.equal(grads.get(beta), places[1]);
  const [dBeta] = await device.readAll([places[1]]);
  const dy = draw("dy", [5, 8]).data;
  assertClose(
    dBeta,
    Float64Array.from({ length: 8 }, (_, c) => dy.reduce((s, v, i) => i % 8 === c ? s + v : s, 0)),
    1e-5,
    "dBeta",
  );
});

Deno.test("batchNorm() refuses statistics of a single value", () => {
  const { software: device } = devices;
  const one = () => device.zeros([3]);
  const options = { gamma: one(), beta: one(), runningMean: one(), runningVar: one() };
  assert.throws(
    () => batchNorm(device.zeros([1, 3]), { ...options, mode: "batch" }),
    { name: "RangeError", message: /statistics of \[1, 3\]: there is one value a channel/ },
  );
  assert.doesNotThrow(() => batchNorm(device.zeros([1, 3]), { ...options, mode: "running" }));
});

function assertClose(
  got: ArrayLike<number>,
  want: Float64Array,
  relative: number,
  what: string,
): void {
  assert.equal(got.length, want.length, what);
  const largest = want.reduce((m, v) => Math.max(m, Math.abs(v)), 0);
  for (let i = 0; i < want.length; i++) {
    const error = Math.abs(got[i]! - want[i]!); // of one length
    assert.ok(
      error <= relative * largest + 1e-6,
      `${what}: element ${i} is ${got[i]}, not ${want[i]}`,
    );
  }
}
