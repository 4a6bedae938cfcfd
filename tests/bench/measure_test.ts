import assert from "node:assert/strict";
import type { Work } from "../../bench/contender.ts";
import { measure } from "../../bench/measure.ts";

function fake(cost: number, log: string[], name: string): { work: Work; clock: { now: number } } {
  const clock = { now: 0 };
  return {
    clock,
    work: {
      run(times) {
        log.push(`${name}×${times}`);
        clock.now += cost * times;
        return Promise.resolve();
      },
      result: () => Promise.resolve(new Float32Array()),
      dispose() {},
    },
  };
}

Deno.test("measure() takes turns, and repeats what is short", async () => {
  const log: string[] = [];
  const a = fake(100, log, "a");
  const b = fake(10, log, "b");
  const samples = await measure(new Map([["a", a.work], ["b", b.work]]), {
    clock: () => a.clock.now + b.clock.now,
    rounds: 3,
    slot: 40,
    signal: new AbortController().signal,
    failed: assert.fail,
  });
  assert.deepEqual([...samples], [["a", [100, 100, 100]], ["b", [10, 10, 10]]]);
  // The first look at a counts as its first figure.
  assert.deepEqual(log, ["a×1", "b×1", "a×1", "b×4", "a×1", "b×4", "b×4"]);
});

Deno.test("measure() counts other processes, and runs in multiples of the unit", async () => {
  const log: string[] = [];
  const a = fake(10, log, "a");
  let others = 0;
  const work: Work = {
    ...a.work,
    async run(times) {
      await a.work.run(times);
      others += 5 * times;
    },
    elsewhere: () => others,
  };
  const samples = await measure(new Map([["a", work]]), {
    clock: ({ elsewhere }) => a.clock.now + (elsewhere?.() ?? 0),
    rounds: 2,
    slot: 40,
    unit: 10,
    signal: new AbortController().signal,
    failed: assert.fail,
  });
  assert.deepEqual([...samples], [["a", [15, 15]]]);
  assert.deepEqual(log, ["a×1", "a×10", "a×10"]);
});

Deno.test("measure() goes on without a work that throws", async () => {
  const log: string[] = [];
  const a = fake(1, log, "a");
  const broken: Work = {
    ...a.work,
    run: () => Promise.reject(new Error("out of memory")),
  };
  const failed: string[] = [];
  const samples = await measure(new Map([["broken", broken], ["a", a.work]]), {
    clock: () => a.clock.now,
    rounds: 3,
    slot: 1,
    signal: new AbortController().signal,
    failed: (name, error) => failed.push(`${name}: ${error}`),
  });
  assert.deepEqual([...samples.keys()], ["a"]);
  assert.deepEqual(failed, ["broken: Error: out of memory"]);
});

Deno.test("measure() stops at the signal", async () => {
  const a = fake(1, [], "a");
  const signal = AbortSignal.abort(new Error("Interrupted"));
  const options = {
    clock: () => 0,
    rounds: 3,
    slot: 1,
    signal,
    failed: assert.fail,
  };
  await assert.rejects(measure(new Map([["a", a.work]]), options), /Interrupted/);
});
