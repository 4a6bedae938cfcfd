import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { compose, defineAlgorithm, type Plugin, requestDevice, sub } from "../../../core/mod.ts";
import { runSteps, tinyTrainer } from "./tiny_trainer.ts";

const device = await requestDevice();

/** An add-on without settings of its own that takes off what is said of a solid image. */
const blanking = defineAlgorithm({
  name: "blanking",
  kind: "addon",
  paper: "none",
  defaults: { value: 1, norm: "frozen" as "frozen" | "batch" },
  needs: ({ value, norm }) => ({ solids: { blank: { value, norm } } }),
  adjustEvaluation: ({ solid }, z) => sub(z, solid("blank")),
});

async function evaluated(...addons: readonly Plugin[]): Promise<Float32Array> {
  const trainer = await tinyTrainer(device, { stack: compose(fixmatch(), ...addons) });
  await runSteps(trainer, 3);
  return (await trainer.logits({ network: "student" })).logits;
}

Deno.test("evaluations take off what the evaluated network says of a solid image", async () => {
  const plain = await evaluated(), own = await evaluated(blanking());
  const offsets = [0, 1, 2].map((c) => plain[c]! - own[c]!); // three classes
  own.forEach((z, i) => assert.ok(Math.abs(plain[i]! - z - offsets[i % 3]!) < 1e-5));
  assert.ok(offsets.some((offset) => Math.abs(offset) > 1e-3));
  // In training mode the image moves the running statistics, which changes more than offsets.
  const moved = await evaluated(blanking({ norm: "batch" }));
  assert.ok(moved.some((z, i) => Math.abs(plain[i]! - z - offsets[i % 3]!) > 1e-4));
});

Deno.test("a solid image that nobody has declared is refused by name", async () => {
  const asking = defineAlgorithm({
    name: "asking",
    kind: "addon",
    paper: "none",
    defaults: {},
    adjust: (s, z) => sub(z, s.solid("blank").rawLogits()),
  });
  const trainer = await tinyTrainer(device, { stack: compose(fixmatch(), asking()) });
  await trainer.setup();
  assert.throws(
    () => trainer.step(),
    /'asking' uses the solid image 'blank' but did not declare it/,
  );
});
