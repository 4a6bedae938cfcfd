import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { Tape } from "../../../core/autograd/tape.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import {
  add,
  batchNorm,
  cast,
  conv2d,
  globalAvgPool,
  leakyRelu,
  permute,
  relu,
} from "../../../core/autograd/ops/mod.ts";
import { avgPool2d, maxPool2d, softmax } from "../../../core/autograd/ops/mod.ts";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { decodeSafetensors } from "../../../core/safetensors.ts";
import { wideResNet } from "../../../core/nn/wide_resnet.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { Random } from "../../../core/random.ts";
import { Check, type Tolerance } from "../../golden/check.ts";
import { GoldenCase, type GroupJson } from "../../golden/golden_case.ts";
import { checkOperation, inputTensor } from "../../golden/ops/differentiate.ts";

const device = await requestDevice();
const ignore = !device.half; // an adapter without shader-f16
const golden = fileURLToPath(new URL("../../golden", import.meta.url));

/** An operation in half precision between conversions of single precision. */
type InHalf = (c: GoldenCase) => { inputs: string[]; apply: (...given: Tensor[]) => Tensor };

const nhwc = (x: Tensor) => cast(permute(x, [0, 2, 3, 1]), "f16");
const nchw = (y: Tensor) => permute(cast(y, "f32"), [0, 3, 1, 2]);

function convolution(c: GoldenCase): ReturnType<InHalf> {
  const { stride, padding, groups = 1 } = c.params;
  return {
    inputs: c.has("b") ? ["x", "w", "b"] : ["x", "w"],
    apply: (x, w, bias) =>
      nchw(conv2d(nhwc(x!), permute(w!, [2, 3, 1, 0]), { bias, stride, padding, groups })),
  };
}

/** Values and gradients are rounded where they are stored: to 2⁻¹¹ of each. */
const OPERATIONS: Record<string, { run: InHalf; tolerance: Tolerance; but?: RegExp }> = {
  ops_conv2d: { run: convolution, tolerance: { relative: 2 ** -10 } },
  ops_conv2d_groups: {
    run: convolution,
    tolerance: { relative: 2 ** -10 },
  },
  ops_batchnorm2d: {
    run: (c) => ({
      inputs: ["x", "gamma", "beta"],
      apply: (x, gamma, beta) => {
        const { training, ...options } = c.params;
        const statistics = {
          runningMean: inputTensor(c, device, "running_mean"),
          runningVar: inputTensor(c, device, "running_var"),
        };
        const mode = training ? "frozen" : "running";
        const given = { ...options, ...statistics, gamma: gamma!, beta: beta!, mode } as const;
        return nchw(batchNorm(nhwc(x!), given));
      },
    }),
    tolerance: { relative: 2 ** -9 },
    // A mean of 100 at a deviation of 1 has four digits less; a constant channel has no deviation.
    but: /shifted|constant/,
  },
  ops_pool: {
    run: ({ name, params }) => ({
      inputs: ["x"],
      apply: (x) => {
        if (name.startsWith("global")) return globalAvgPool(nhwc(x!));
        const pool = name.startsWith("max") ? maxPool2d : avgPool2d;
        return nchw(pool(nhwc(x!), params as { kernel: number }));
      },
    }),
    tolerance: { relative: 2 ** -10 },
    // Two largest values of a window are one in half precision.
    but: /max_k3s2p1_16/,
  },
};

for (const [group, { run, tolerance, but }] of Object.entries(OPERATIONS)) {
  Deno.test({ name: `${group} in half precision`, ignore }, async () => {
    const json = JSON.parse(await Deno.readTextFile(`${golden}/${group}.json`)) as GroupJson;
    const stored = decodeSafetensors(
      await Deno.readFile(`${golden}/${group}.safetensors`),
      group,
    );
    for (const name of Object.keys(json.cases)) {
      if (but?.test(name)) continue;
      const c = new GoldenCase(json, name, stored, () => Promise.resolve(stored));
      const check = new Check();
      await checkOperation(c, check, device, {
        ...run(c),
        given: c.tensorNames,
        tolerance,
      });
      const { status, why, worst } = check.verdict();
      assert.equal(status, "pass", `${name}: ${worst} of what is allowed: ${why}`);
    }
  });
}

Deno.test(
  { name: "cast() rounds to the nearest half and scales small gradients", ignore },
  async () => {
    const x = device.tensor([1 / 3, 65504, -2049, 1e-6, 0], [5]);
    const tape = new Tape(device, new Map([[x, null]]));
    const y = tape.record(() => cast(cast(x, "f16"), "f32"));
    // 1e-7 is a subnormal half of one bit.
    const seed = device.tensor([1, 1e-7, 0.25, 32, -2], [5]);
    const dx = tape.backward(y, seed).get(x)!;
    const [value, gradient] = await device.readAll([y, dx]);
    const [third, largest, tie, subnormal, zero] = value;
    assert.deepEqual([third, largest, tie, zero], [0.333251953125, 65504, -2048, 0]);
    assert.ok(Math.abs(subnormal! / 1e-6 - 1) < 0.03, `${subnormal}`); // has four bits
    assert.ok(Math.abs(gradient[1]! / 1e-7 - 1) < 2e-3, `${gradient[1]}`);
    assert.deepEqual([gradient[0], gradient[2], gradient[3], gradient[4]], [1, 0.25, 32, -2]);
  },
);

Deno.test({ name: "rectifiers in half precision are exact", ignore }, async () => {
  const x = device.tensor([-2, -0.5, 0, 0.25, 3], [5]);
  const slope = 0.125;
  const tape = new Tape(device, new Map([[x, null]]));
  const y = tape.record(() => {
    const half = cast(x, "f16");
    return cast(add(relu(half), leakyRelu(half, slope)), "f32");
  });
  const dx = tape.backward(y, device.tensor([1, 1, 1, 1, 1], [5])).get(x)!;
  const [value, gradient] = await device.readAll([y, dx]);
  assert.deepEqual([...value], [-2 * slope, -0.5 * slope, 0, 0.5, 6]);
  assert.deepEqual([...gradient], [slope, slope, slope, 2, 2]);
});

Deno.test({ name: "an operation that takes single precision alone refuses half", ignore }, () => {
  const half = device.empty([2, 3], "f32", "f16");
  assert.throws(() => softmax(half), { name: "TypeError", message: /takes no f16\[2, 3\]/ });
  assert.throws(() => add(half, device.zeros([2, 3])), { message: /takes f16, not f32\[2, 3\]/ });
});

Deno.test({
  name: "a network's loss and gradients in half precision are those in single, up to its rounding",
  ignore,
}, async () => {
  const b = new Builder();
  const size = 16, images = 16;
  const body = wideResNet({ depth: 10, width: 1, variant: "daso" }).build(b, { classes: 5, size });
  const set = b.finish();
  const weights = set.allocate(device);
  set.initialize(weights, 1);
  const noise = new Random({ seed: 1, name: "images" });
  const pixels = Array.from({ length: images * size * size * 3 }, () => noise.uniform());
  const x = device.tensor(pixels, [images, size, size, 3]);
  async function step(precision: "f32" | "f16") {
    const tape = new Tape(device, new Map(weights.parameters.map((p) => [p, null])));
    const pass = { weights, norm: "frozen", precision } as const;
    const y = tape.record(() => body.heads.main(body.forward(x, pass), pass));
    const seed = device.tensor(Array.from({ length: y.size }, (_, i) => Math.sin(i)), y.shape);
    const found = tape.backward(y, seed);
    const gradients = weights.parameters.map((p) => found.get(p) ?? device.zeros(p.shape));
    return await device.readAll([y, ...gradients]);
  }
  const single = await step("f32"), half = await step("f16");
  // Some activations in 2,000 fall on the other side of the rectifier's corner.
  single.forEach((want, i) => {
    const off = distance(want, half[i]!) / Math.max(norm(want), 1e-6); // as many
    assert.ok(
      off < (i === 0 ? 1e-3 : 0.08),
      `${i === 0 ? "logits" : set.parameters.specs[i - 1]!.name}: ${off}`,
    );
  });
});

function norm(v: Float32Array): number {
  return Math.sqrt(v.reduce((sum, e) => sum + e * e, 0));
}

function distance(a: Float32Array, b: Float32Array): number {
  return norm(a.map((v, i) => v - b[i]!)); // of one length
}

Deno.test(
  { name: "half precision halves what a step keeps for its way back", ignore },
  async () => {
    const kept = [];
    for (const precision of ["f32", "f16"] as const) {
      const fresh = await requestDevice({ software: false });
      const b = new Builder();
      const body = wideResNet({ depth: 10, width: 2 }).build(b, { classes: 10, size: 32 });
      const set = b.finish();
      const weights = set.allocate(fresh);
      const x = fresh.zeros([16, 32, 32, 3]);
      const before = fresh.pool.bytes;
      const tape = new Tape(fresh, new Map(weights.parameters.map((p) => [p, null])));
      fresh.scope(() => tape.record(() => body.forward(x, { weights, norm: "frozen", precision })));
      kept.push(fresh.pool.bytes - before);
      fresh.destroy();
    }
    const [single, half] = kept as [number, number];
    assert.ok(half < 0.55 * single, `${half} of ${single} bytes`);
  },
);
