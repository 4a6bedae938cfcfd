import assert from "node:assert/strict";
import { fixmatch, type FixMatchOptions } from "../../../algorithms/mod.ts";
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
async function weightsOf(passes: FixMatchOptions["passes"], model?: Model): Promise<number[]> {
  const stack = compose(fixmatch({ passes, threshold: 0.1 }));
  const trainer = await tinyTrainer(device, { stack, ...(model ? { model } : {}) });
  await runSteps(trainer, 3);
  // Not the flat buffer: what lies between the arrays has no meaning.
  const read = await device.readAll([...trainer.network.student.parameters]);
  return read.flatMap((values) => [...values]);
}

function largestDifference(a: readonly number[], b: readonly number[]): number {
  return a.reduce((most, x, i) => Math.max(most, Math.abs(x - b[i]!)), 0); // of one length
}

Deno.test("fixmatch() learns the same from passes apart, but for batch statistics", async () => {
  const plainly = await weightsOf("together", plain), normed = await weightsOf("together");
  for (const passes of ["apart", "each"] as const) {
    const plainDifference = largestDifference(plainly, await weightsOf(passes, plain));
    assert.ok(plainDifference < 1e-5, `${passes}: ${plainDifference}`);
    const difference = largestDifference(normed, await weightsOf(passes));
    assert.ok(difference > 1e-3, `${passes}: ${difference}`);
  }
});
