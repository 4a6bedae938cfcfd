import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/mod.ts";
import { compose, globalAvgPool, type Model, requestDevice } from "../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../../core/training/tiny_trainer.ts";

const device = await requestDevice();

/** A network in which no image depends on another. */
const plain: Model = {
  name: "plain",
  build(b, { classes }) {
    const conv = b.conv2d("conv", 3, 8, 3, { padding: 1 });
    return {
      features: 8,
      forward: (x, pass) => globalAvgPool(conv(x, pass)),
      heads: { main: b.linear("fc", 8, classes) },
    };
  },
};

/** Weights after some steps. */
async function weightsOf(passes: "together" | "apart", model?: Model): Promise<Float32Array> {
  const stack = compose(fixmatch({ passes, threshold: 0.1 }));
  const trainer = await tinyTrainer(device, { stack, ...(model ? { model } : {}) });
  await runSteps(trainer, 3);
  return Float32Array.from(await device.read(trainer.network.student.flatParameters));
}

function largestDifference(a: Float32Array, b: Float32Array): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0); // of one length
}

Deno.test("fixmatch() learns the same from passes apart, but for batch statistics", async () => {
  const [together, apart] = [await weightsOf("together", plain), await weightsOf("apart", plain)];
  assert.ok(largestDifference(together, apart) < 1e-5);
  const normed = largestDifference(await weightsOf("together"), await weightsOf("apart"));
  assert.ok(normed > 1e-3, `${normed}`);
});
