import assert from "node:assert/strict";
import {
  linear,
  matmul,
  requestDevice,
  reshape,
  sum,
  type Tensor,
} from "../../../core/autograd/mod.ts";
import { gradients } from "../../../core/autograd/tape.ts";
import { planMatmul } from "../../../core/autograd/ops/matmul_plan.ts";
import { matmulRegisterKernel } from "../../../kernels/matmul.ts";
import { matmulTiledKernel } from "../../../kernels/matmul_tiled.ts";
import { Random } from "../../../core/random.ts";

/** Kernels for software adapters and for GPUs, on the adapter at hand. */
const devices = {
  software: await requestDevice({ software: true }),
  gpu: await requestDevice({ software: false }),
};

const SIZES = [
  [1, 1, 1],
  [3, 5, 7],
  [33, 65, 17],
  [64, 10, 128],
  [4, 8, 1030],
  [65, 66, 67],
  [130, 132, 36],
] as const;

function draw(name: string, size: number): Float32Array {
  const random = new Random({ seed: 1, name });
  return Float32Array.from({ length: size }, () => random.normal());
}

function transposed(x: Float32Array, rows: number, columns: number): Float32Array {
  return x.map((_, i) => x[i % rows * columns + Math.floor(i / rows)]!); // i is inside x
}

function product(a: Float32Array, b: Float32Array, [m, n, k]: readonly [number, number, number]) {
  const y = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let l = 0; l < k; l++) {
      // all indices are inside the matrices
      for (let j = 0; j < n; j++) y[i * n + j]! += a[i * k + l]! * b[l * n + j]!;
    }
  }
  return y;
}

function assertClose(got: ArrayLike<number>, want: ArrayLike<number>, k: number, what: string) {
  assert.equal(got.length, want.length);
  const allowed = 1e-6 * (4 + Math.sqrt(k) * 4);
  for (let i = 0; i < want.length; i++) {
    assert.ok(
      Math.abs(got[i]! - want[i]!) <= allowed, // same length
      `${what}: element ${i} is ${got[i]}, not ${want[i]}`,
    );
  }
}

for (const [kind, device] of Object.entries(devices)) {
  Deno.test(`matmul() multiplies any sizes, transposed or not, with kernels for ${kind}`, async () => {
    for (const [m, n, k] of SIZES) {
      const a = draw("a", m * k), b = draw("b", k * n);
      const want = product(a, b, [m, n, k]);
      for (
        const [transposeA, transposeB] of [[false, false], [true, false], [false, true], [
          true,
          true,
        ]]
      ) {
        const x = transposeA
          ? device.tensor(transposed(a, m, k), [k, m])
          : device.tensor(a, [m, k]);
        const z = transposeB
          ? device.tensor(transposed(b, k, n), [n, k])
          : device.tensor(b, [k, n]);
        const options = { transposeA: transposeA!, transposeB: transposeB! }; // pairs
        const y = matmul(x, z, options);
        assertClose(await device.read(y), want, k, `${m}×${n}×${k} ${JSON.stringify(options)}`);
      }
    }
  });

  Deno.test(`matmul() multiplies stacks of matrices with kernels for ${kind}`, async () => {
    const a = draw("a", 3 * 20), b = draw("b", 3 * 20);
    const y = matmul(device.tensor(a, [3, 4, 5]), device.tensor(b, [3, 5, 4]));
    const want = [0, 1, 2].flatMap((i) => [
      ...product(a.slice(20 * i, 20 * i + 20), b.slice(20 * i, 20 * i + 20), [4, 4, 5]),
    ]);
    assertClose(await device.read(y), want, 5, "stack");
  });

  Deno.test(`matmul() gives the same bits twice with kernels for ${kind}`, async () => {
    const a = device.tensor(draw("a", 20 * 700), [20, 700]);
    const b = device.tensor(draw("b", 700 * 12), [700, 12]);
    assert.deepEqual(await device.read(matmul(a, b)), await device.read(matmul(a, b)));
  });

  Deno.test(`linear() has the gradients of its formula with kernels for ${kind}`, async () => {
    const [x, w] = [device.tensor(draw("x", 30), [2, 3, 5]), device.tensor(draw("w", 20), [4, 5])];
    const b = device.tensor(draw("b", 4), [4]);
    const { grads } = gradients([x, w, b], () => {
      const y = linear(x, w, b);
      assert.deepEqual(y.shape, [2, 3, 4]);
      return sumAll(y);
    });
    const [dx, dw, db] = await device.readAll(grads);
    const columnSums = (m: Float32Array, width: number) =>
      Array.from(
        { length: width },
        (_, c) => m.reduce((s, v, i) => i % width === c ? s + v : s, 0),
      );
    const ws = columnSums(draw("w", 20), 5), xs = columnSums(draw("x", 30), 5);
    assertClose(dx!, Array.from({ length: 30 }, (_, i) => ws[i % 5]!), 5, "dx"); // 5 columns
    assertClose(dw!, Array.from({ length: 20 }, (_, i) => xs[i % 5]!), 6, "dw");
    assertClose(db!, [6, 6, 6, 6], 6, "db");
  });
}

function sumAll(y: Tensor): Tensor {
  const ones = y.device.tensor(new Float32Array(y.size).fill(1), [y.size, 1]);
  return matmul(reshape(y, [1, y.size]), ones);
}

Deno.test("every tile of every kernel multiplies, with the inner axis in parts", async () => {
  const { software: device } = devices;
  const m = 150, n = 140, k = 44, chunk = 24, splits = 2;
  const a = draw("a", m * k), b = draw("b", k * n);
  const want = product(a, b, [m, n, k]);
  for (const transposeA of [false, true]) {
    const variant = {
      transposeA,
      transposeB: !transposeA,
      vec4A: !transposeA,
      vec4B: true,
      vec4Y: true,
      bias: false,
    };
    const x = device.tensor(transposeA ? transposed(a, m, k) : a, [m, k]);
    const z = device.tensor(transposeA ? b : transposed(b, k, n), [k, n]);
    const kernels = [
      ...([8, 16] as const).map((tile) => {
        const tiles = Math.ceil(m / tile) * Math.ceil(n / tile) * splits;
        return [matmulRegisterKernel(variant, tile), Math.ceil(tiles / 64)] as const;
      }),
      ...([64, 128] as const).map((tile) => {
        const tiles = Math.ceil(m / tile) * Math.ceil(n / tile) * splits;
        return [matmulTiledKernel(variant, tile), tiles] as const;
      }),
    ];
    for (const [kernel, groups] of kernels) {
      const parts = device.empty([splits, m, n]);
      device.dispatch(
        kernel,
        { a: x, b: z, bias: undefined, y: parts },
        { m, n, k, strideA: m * k, strideB: k * n, splits, chunk, batches: 1 },
        [groups],
      );
      assertClose(await device.read(sum(parts, 0)), want, k, kernel.key);
    }
  }
});

Deno.test("planMatmul() splits a long inner axis where tiles are few, in fours", () => {
  const variant = {
    transposeA: false,
    transposeB: false,
    vec4A: true,
    vec4B: true,
    vec4Y: true,
    bias: false,
  };
  for (const software of [true, false]) {
    const sizes = { m: 10, n: 128, k: 4096, batches: 1 };
    const { splits, chunk } = planMatmul(sizes, variant, software);
    assert.ok(
      splits > 1 && chunk % 4 === 0 && splits * chunk >= 4096 && (splits - 1) * chunk < 4096,
    );
    assert.equal(planMatmul(sizes, { ...variant, bias: true }, software).splits, 1);
    assert.equal(planMatmul({ ...sizes, m: 8192, n: 8192 }, variant, software).splits, 1);
  }
});

Deno.test("matmul() and linear() name the shapes that do not fit", () => {
  const { software: device } = devices;
  const a = device.zeros([2, 3]), b = device.zeros([4, 5]);
  assert.throws(() => matmul(a, b), /f32\[2, 3\] by f32\[4, 5\]: inner sizes 3 and 4 differ/);
  assert.throws(() => matmul(device.zeros([2]), b), /\[2\]: it needs two or three axes/);
  assert.throws(() => matmul(device.zeros([2, 2, 3]), device.zeros([1, 3, 2])), TypeError);
  assert.throws(() => linear(a, b), /weights f32\[4, 5\] to f32\[2, 3\]/);
  assert.throws(() => linear(a, device.zeros([4, 3]), device.zeros([3])), /bias f32\[3\]/);
});
