import assert from "node:assert/strict";
import type { BenchCase } from "../../bench/bench_case.ts";
import type { Contender, Work } from "../../bench/contender.ts";
import { judgeElements } from "../../bench/judge.ts";
import { runCase } from "../../bench/run_case.ts";

const benchCase: BenchCase = {
  name: "gemm",
  shape: "1x1x1",
  amount: { flops: 2 },
  stateful: false,
  prepare: () => ({
    start: (contender) => contender.gemm?.({ m: 1, n: 1, k: 1, a: one(2), b: one(3) }),
    judge: (results) => judgeElements(results, { length: 1, valueAt: () => 6, tolerance: 1e-6 }),
  }),
};

function one(value: number): Float32Array {
  return Float32Array.of(value);
}

/** A contender that is right until its run number `until`. */
function contender(
  name: string,
  { until = Infinity, error }: { until?: number; error?: string } = {},
): Contender & { disposed: number } {
  const deviceErrors: string[] = ["an old error, of another case"];
  const self = {
    name,
    version: "1",
    deviceErrors,
    disposed: 0,
    gemm(): Promise<Work> {
      let runs = 0;
      return Promise.resolve({
        run(times) {
          runs += times;
          if (error !== undefined) deviceErrors.push(error);
          return Promise.resolve();
        },
        result: () => Promise.resolve(one(runs <= until ? 6 : 5)),
        dispose: () => void self.disposed++,
      });
    },
  };
  return self;
}

async function run(contenders: readonly Contender[], signal = new AbortController().signal) {
  let now = 0;
  return await runCase(benchCase, contenders, {
    clock: () => now++,
    rounds: 3,
    slot: 1,
    signal,
  });
}

Deno.test("runCase() keeps those who are right, and frees everybody's memory", async () => {
  const all = [
    contender("right"),
    contender("wrong", { until: 0 }),
    contender("wrong later", { until: 2 }),
    contender("invalid", { error: "Pipeline is invalid" }),
  ];
  const { samples, failures } = await run(all);
  assert.deepEqual([...samples.keys()], ["right"]);
  assert.equal(samples.get("right")?.length, 3);
  assert.deepEqual(
    failures.map(({ contender, why }) => `${contender}: ${why}`),
    [
      "invalid: Pipeline is invalid",
      "wrong: value 0 is 5 instead of 6",
      "wrong later: value 0 is 5 instead of 6",
    ],
  );
  assert.deepEqual(all.map(({ disposed }) => disposed), [1, 1, 1, 1]);
});

Deno.test("runCase() leaves out who cannot do a case, without a failure", async () => {
  const { samples, failures } = await run([{
    name: "unable",
    version: "1",
    deviceErrors: [],
  }]);
  assert.equal(samples.size, 0);
  assert.deepEqual(failures, []);
});

Deno.test("runCase() reports who throws and goes on", async () => {
  const broken: Contender = {
    ...contender("broken"),
    gemm: () => Promise.reject(new Error("no such kernel")),
  };
  const { samples, failures } = await run([broken, contender("right")]);
  assert.deepEqual([...samples.keys()], ["right"]);
  assert.equal(failures[0]?.why, "no such kernel");
});

Deno.test("runCase() stops at the signal", async () => {
  const stopped = AbortSignal.abort(new Error("Interrupted"));
  await assert.rejects(run([contender("right")], stopped), /Interrupted/);
});
