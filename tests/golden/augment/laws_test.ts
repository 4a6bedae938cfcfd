import assert from "node:assert/strict";
import { requestDevice } from "../../../core/autograd/request_device.ts";
import { binned, countOf, misfit } from "./frequencies.ts";
import { drawRows, operationsOf } from "./law_rows.ts";
import type { OperationChoice, ViewSpec } from "../../../datasets/views/view_spec.ts";
import { fixmatchChoices } from "../../../datasets/views/published/fixmatch_choices.ts";
import { Random } from "../../../core/random.ts";

const device = await requestDevice();
const half = [0.5, 0.5, 0.5] as const;

/** What 20,000 views of three operations draw. */
async function drawn(choices: readonly OperationChoice[], probability = 0.5) {
  const spec: ViewSpec = {
    stages: [{ kind: "randAugment", count: 3, probability, choices }],
    mean: half,
    std: half,
  };
  return (await drawRows(device, spec, { size: 32, name: "law" })).flatMap(operationsOf);
}

const POOL = fixmatchChoices(32);
const names = countOf(POOL.map(({ operation }) => operation));

Deno.test("misfit() accepts what follows the law and names what does not", () => {
  const random = new Random({ seed: 1, name: "dice" });
  const dice = (sides: number) => countOf(Array.from({ length: 6000 }, () => random.below(sides)));
  const law = countOf([0, 1, 2, 3, 4, 5]);
  assert.equal(misfit(dice(6), law), null);
  assert.match(misfit(dice(5), law) ?? "", /standard deviations from the law/);
  assert.equal(misfit(dice(7), law), "6 came out, which the law does not have");
  assert.equal(misfit(new Map(), law), "nothing was drawn");
});

Deno.test("binned() tells what lies outside", () => {
  assert.deepEqual(binned([-0.1, 0, 0.49, 0.5, 1], [0, 1], 2), [
    "outside",
    "0",
    "0",
    "1",
    "outside",
  ]);
});

Deno.test("the law of operations notices one that is missing or drawn twice as often", async () => {
  const choice = async (choices: readonly OperationChoice[]) =>
    misfit(countOf((await drawn(choices)).map(({ operation }) => `${operation}`)), names);
  assert.equal(await choice(POOL), null);
  assert.notEqual(await choice(POOL.slice(1)), null);
  assert.notEqual(await choice([...POOL, POOL[0]!]), null); // there are 14
});

Deno.test("the law of magnitudes notices a level too many and a range that is off", async () => {
  const levels = async (values: number[]) => {
    const steps = await drawn([{ operation: "posterize", values }]);
    return misfit(countOf(steps.map(({ magnitude }) => magnitude)), countOf([4, 5, 6, 7]));
  };
  assert.equal(await levels([4, 5, 6, 7]), null);
  assert.notEqual(await levels([4, 5, 6, 7, 8]), null);
  assert.notEqual(await levels([4, 4, 5, 6, 7]), null);
  const range = async (least: number, greatest: number) => {
    const steps = await drawn([{ operation: "rotate", range: [least, greatest] }]);
    const bins = binned(steps.map(({ magnitude }) => magnitude), [-30, 30], 20);
    return misfit(countOf(bins), countOf(Array.from({ length: 20 }, (_, i) => i)));
  };
  assert.equal(await range(-30, 30), null);
  assert.notEqual(await range(-29, 30), null);
  assert.notEqual(await range(-30, 30.5), null);
});

Deno.test("the law of the coin notices another probability", async () => {
  const applied = async (probability: number) => {
    const steps = await drawn(POOL, probability);
    return misfit(countOf(steps.map((s) => `${s.skipped}`)), countOf(["true", "false"]));
  };
  assert.equal(await applied(0.5), null);
  assert.notEqual(await applied(0.52), null);
});
