import assert from "node:assert/strict";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { add, compose, defineAlgorithm, mul, requestDevice } from "../../../core/mod.ts";
import { tinyTrainer } from "./tiny_trainer.ts";

Deno.test("adjustEvaluation is told the head, sees state, and is piped in plugin order", async () => {
  const device = await requestDevice();
  const heads: string[] = [];
  const raising = defineAlgorithm({
    name: "raising",
    kind: "addon",
    paper: "a test",
    defaults: {},
    needs: (_, { classes }) => ({ heads: { side: { classes } } }),
    state: (_, { classes }) => ({ offset: { shape: [classes], init: 2 } }),
    adjustEvaluation({ state }, logits, head) {
      heads.push(head);
      return head === "main" ? add(logits, state.offset) : logits;
    },
  });
  const doubling = defineAlgorithm({
    name: "doubling",
    kind: "addon",
    paper: "a test",
    defaults: {},
    adjustEvaluation: (_, logits) => mul(logits, 2),
  });
  const logitsOf = async (head: string, ...addons: ReturnType<typeof raising>[]) => {
    const trainer = await tinyTrainer(device, { stack: compose(fixmatch(), ...addons) });
    return (await trainer.logits({ head })).logits;
  };
  const plain = await logitsOf("main"), both = await logitsOf("main", raising(), doubling());
  both.forEach((z, i) => assert.ok(Math.abs(z - 2 * (plain[i]! + 2)) < 1e-4, `${z}`)); // as many
  const side = await logitsOf("side", raising()),
    twice = await logitsOf("side", raising(), doubling());
  twice.forEach((z, i) => assert.ok(Math.abs(z - 2 * side[i]!) < 1e-4, `${z}`)); // as many
  assert.deepEqual(new Set(heads), new Set(["main", "side"]));
  device.destroy();
});
