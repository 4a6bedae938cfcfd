import assert from "node:assert/strict";
import { algorithms } from "../../../algorithms/registry.ts";
import { objectLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import { duration, longRun, missedParts } from "../../../experiment/run/forecast.ts";
import { paceWords } from "../../../experiment/run/progress_deno.ts";

/** A run of some options. */
const run = (options: object) => resolveConfig([objectLayer(options, "a test")]);

Deno.test("missedParts() says which part of a method never starts", () => {
  const stack = { algorithm: "fixmatch+daso", steps: 100, daso: { warmup: 5000 } };
  const periods = { logEvery: 20, evaluateEvery: 50, checkpointEvery: 100, warmupSteps: 0 };
  assert.deepEqual(missedParts(run({ ...stack, ...periods })), [
    "Note: daso blends semantic labels into its pseudo-labels after step 5000, and this run has 100: " +
    "it never does so here; give more --steps, or a smaller daso.warmup",
  ]);
  assert.deepEqual(missedParts(run({ ...stack, ...periods, steps: 5001 })), []);
});

Deno.test("missedParts() knows epochs, and parts that are off", () => {
  const short = { steps: 40, logEvery: 20, evaluateEvery: 20, checkpointEvery: 20, warmupSteps: 0 };
  const [simpro] = missedParts(run({ ...short, algorithm: "simpro", epochSteps: 50 }));
  assert.match(
    simpro!,
    /^Note: simpro moves its class priors after step 50, .* smaller epochSteps$/,
  );
  const adello = { ...short, algorithm: "fixmatch+adello" };
  assert.match(
    missedParts(run({ ...adello, adello: { distillAfter: 40 } }))[0]!,
    /adello distills/,
  );
  assert.deepEqual(missedParts(run({ ...adello, adello: { distill: "none" } })), []);
});

Deno.test("missedParts() names periods and a warm-up that are longer than the run", () => {
  const options = { steps: 100, logEvery: 20, evaluateEvery: 200, checkpointEvery: 101 };
  assert.deepEqual(missedParts(run({ ...options, warmupSteps: 6250 })), [
    "Note: the learning rate rises for 6250 steps (warmupSteps), and this run has 100: it never gets to " +
    "its highest point",
    "Note: evaluateEvery (200) and checkpointEvery (101) are longer than the run of 100 steps: that " +
    "happens at its end alone",
  ]);
});

Deno.test("under its smoke settings a method of 30 steps misses nothing", () => {
  for (const { spec } of algorithms) {
    const { starts, defaults, smoke = {} } = spec;
    const own = Object.entries(smoke).flatMap(([key, value]) =>
      key.startsWith(`${spec.name}.`) ? [[key.slice(spec.name.length + 1), value]] : []
    );
    const options = { ...defaults, ...Object.fromEntries(own) };
    const epochSteps = Number(smoke["epochSteps"] ?? 10);
    const late = starts?.(options, { steps: 30, epochSteps }) ?? [];
    assert.deepEqual(late.filter(({ after }) => after >= 30), [], spec.name);
  }
});

Deno.test("longRun() warns of days, whose length it is, and says what to try", () => {
  const pace = { secondsPerStep: 16, left: 43_000, software: true };
  assert.equal(
    longRun(
      { ...run({ model: "wrn-28-2", steps: 43_000 }), whoSet: () => "the recipe of simpro" },
      pace,
    ),
    "Note: 43000 steps (the recipe of simpro) would take 7d23h here; try --model wrn-10-1, or --steps " +
      "1800 (about 8h00m), or a machine with a GPU: this adapter is a software one",
  );
  assert.match(
    longRun(run({ model: "wrn-10-1" }), { ...pace, software: false })!,
    /; try --steps 1800 \(about 8h00m\)$/,
  );
  assert.equal(longRun(run({}), { ...pace, left: 5000 }), null);
  assert.equal(run({ steps: 7 }).whoSet("steps"), "a test");
});

Deno.test("duration() and paceWords() are for people", () => {
  assert.deepEqual([75, 7384, 200_000, NaN].map(duration), ["1m15s", "2h03m", "2d07h", "?"]);
  assert.equal(paceWords({ secondsPerStep: 0.2134, secondsLeft: 185 }), "0.21 s/step · 3m05s left");
  assert.equal(
    paceWords({
      secondsPerStep: 16.3,
      secondsLeft: 9,
      loss: 1.5,
      mask: 0.25,
      balancedAccuracy: 0.543,
    }),
    "16 s/step · 9s left · loss 1.500 · mask 0.25 · balanced accuracy 54.3 %",
  );
});

Deno.test("missedParts() says where batch norm is too slow for a short run", () => {
  const options = {
    model: "wrn-10-1",
    steps: 300,
    logEvery: 20,
    evaluateEvery: 100,
    checkpointEvery: 100,
  };
  const [note, ...others] = missedParts(run({ ...options, modelVariant: "usb" }));
  assert.match(note!, /modelVariant usb .* after 300 its statistics are 26 % .* modelVariant=daso/);
  assert.deepEqual(others, []);
  assert.deepEqual(missedParts(run({ ...options, modelVariant: "daso" })), []);
  assert.deepEqual(missedParts(run({ ...options, modelVariant: "usb", model: "small-cnn" })), []);
});
