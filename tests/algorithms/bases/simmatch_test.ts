import assert from "node:assert/strict";
import { simmatch } from "../../../algorithms/mod.ts";
import { type AnyTensor, compose, defineAlgorithm, requestDevice } from "../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../../core/training/tiny_trainer.ts";

const device = await requestDevice();

/** A copy that outlives the step. */
function kept(tensor: AnyTensor): AnyTensor {
  const copy = device.keep(() => device.empty(tensor.shape, tensor.dtype));
  device.copy(tensor, copy);
  return copy;
}

for (const network of ["student", "average"] as const) {
  Deno.test(`simmatch() keeps embeddings that the step's weights made, the ${network}'s`, async () => {
    let seen: readonly AnyTensor[] = [];
    const watch = defineAlgorithm({
      name: "watch",
      kind: "addon",
      paper: "a test",
      defaults: {},
      loss(s) {
        const { labeled } = network === "average" ? s.average : s.student;
        const embeddings = device.noGrad(() => labeled[0]!.logits("projector"));
        seen = [embeddings, s.batch.labeled.index].map(kept);
        return {};
      },
    });
    const trainer = await tinyTrainer(device, { stack: compose(simmatch({ network }), watch()) });
    await runSteps(trainer, 1);
    const home = trainer.state.tensors.get("simmatch/embeddings")!;
    const [bank, wanted, index] = await device.readAll([home, ...seen]);
    const width = wanted!.length / index!.length;
    index!.forEach((place, i) => {
      for (let k = 0; k < width; k++) {
        const got = bank![place * width + k]!, want = wanted![i * width + k]!;
        assert.ok(Math.abs(got - want) < 1e-5, `${got} is not ${want}`);
      }
    });
  });
}
