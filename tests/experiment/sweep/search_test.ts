import assert from "node:assert/strict";
import { firstSeedsFirst, plannedSteps } from "../../../experiment/sweep/run_sweep_deno.ts";
import { kept, MissingScore, standings } from "../../../experiment/sweep/search.ts";

const contender = (configuration: number, score: number | null) => ({
  id: `run-${configuration}`,
  configuration,
  summary: score === null ? null : { validation: { balancedAccuracy: score } },
});
const BY = "validation.balancedAccuracy";

Deno.test("standings() ranks means over seeds; of equals the first of the plan", () => {
  const ranked = standings(
    [
      contender(0, 0.5),
      contender(0, 0.25),
      contender(1, 0.25),
      contender(1, 0.5),
      contender(2, 0.5),
    ],
    BY,
  );
  assert.deepEqual(ranked, [
    { configuration: 2, score: 0.5 },
    { configuration: 0, score: 0.375 },
    { configuration: 1, score: 0.375 },
  ]);
});

Deno.test("a configuration with a failed run has no standing", () => {
  const ranked = standings([contender(0, 0.9), contender(0, null), contender(1, 0.1)], BY);
  assert.deepEqual(ranked.map(({ configuration }) => configuration), [1]);
});

Deno.test("a search by something that a run does not have says so", () => {
  const missing = (by: string, said: RegExp) =>
    assert.throws(
      () => standings([contender(3, 0.5)], by),
      (e) => e instanceof MissingScore && said.test(e.message),
    );
  missing("validation.top1", /goes by 'validation\.top1', but .* run-3 .* split\.valid/);
  missing("evaluation.top1", /give a path such as/);
  missing("validation", /no number there/);
});

Deno.test("kept() is a share, but at least one", () => {
  assert.deepEqual([12, 4, 2, 1].map((n) => kept(n, 0.33)), [4, 1, 1, 1]);
  assert.equal(kept(3, 0.9), 3);
});

Deno.test("a sweep trains every configuration once before any of them twice", () => {
  const runs = [0, 0, 0, 1, 1, 2, 2, 2].map((configuration, id) => ({ id, configuration }));
  assert.deepEqual(firstSeedsFirst(runs).map(({ id }) => id), [0, 3, 5, 1, 4, 6, 2, 7]);
});

Deno.test("plannedSteps() counts what a search goes without", () => {
  const runs = Array.from({ length: 12 }, (_, configuration) => ({
    configuration,
    steps: 4500,
    status: "waiting" as const,
    result: null,
  }));
  assert.equal(plannedSteps(runs, null), 12 * 4500);
  const search = { steps: [500, 1500, 4500], keep: 0.33, by: BY };
  assert.equal(plannedSteps(runs, search), 12 * 500 + 4 * 1000 + 1 * 3000);
});
