import assert from "node:assert/strict";
import {
  classNamesOf,
  differingOptions,
  evaluationOf,
  settingsOf,
  spreadOfKnown,
} from "../../../experiment/report/settings.ts";
import { sampleRun } from "./sample_runs.ts";

Deno.test("runs that differ by seed and place alone are one setting", () => {
  const settings = settingsOf([
    sampleRun({ seed: 1, options: { dataDir: "/here" } }),
    sampleRun({ seed: 2, options: { dataDir: "/there", adapter: "low-power" } }),
    sampleRun({ algorithm: "simpro" }),
  ]);
  assert.deepEqual(settings.map(({ name, runs }) => [name, runs.length]), [
    ["fixmatch", 2],
    ["simpro", 1],
  ]);
  assert.deepEqual(settings.map(({ index }) => index), [0, 1]);
});

Deno.test("settings of one stack are named by the options that set them apart", () => {
  const settings = settingsOf([
    sampleRun({ options: { batch: { labeled: 8, ratio: 2 }, fixmatch: { threshold: 0.95 } } }),
    sampleRun({ options: { batch: { labeled: 8, ratio: 7 }, fixmatch: { threshold: 0.95 } } }),
    sampleRun({ algorithm: "supervised", options: { batch: { labeled: 8, ratio: 1 } } }),
  ]);
  assert.deepEqual(settings.map(({ name }) => name), [
    "fixmatch batch.ratio=2",
    "fixmatch batch.ratio=7",
    "supervised",
  ]);
  assert.deepEqual(differingOptions(settings.map(({ options }) => options)), [
    "algorithm",
    "batch.ratio",
    "fixmatch.threshold",
  ]);
});

Deno.test("runs are named by as much of their path as tells them apart", () => {
  const named = (...paths: string[]) =>
    settingsOf(paths.map((path, seed) => sampleRun({ path, seed })))
      .flatMap(({ runs }) => runs.map(({ name }) => name));
  assert.deepEqual(named("/a/one", "/a/two"), ["one", "two"]);
  assert.deepEqual(named("/a/x/run", "/a/y/run"), ["x/run", "y/run"]);
  assert.deepEqual(named("run", "/b/run"), ["run", "b/run"]);
  assert.deepEqual(named("/a", "/a"), ["a", "a"]);
});

Deno.test("a run without summary has the evaluation and the class numbers of its log and split", () => {
  const run = sampleRun({ finished: false });
  assert.equal(evaluationOf(run), run.evaluations[3]!.evaluation);
  assert.deepEqual(classNamesOf(run), ["class 0", "class 1", "class 2"]);
  assert.deepEqual(classNamesOf(sampleRun()), ["ant", "bee", "cat"]);
});

Deno.test("spreadOfKnown() leaves out what is unknown", () => {
  assert.deepEqual(spreadOfKnown([1, null, 3, undefined, NaN]), {
    ...{ mean: 2, std: Math.SQRT2, n: 2, low: 1, high: 3 },
  });
  assert.equal(spreadOfKnown([null]), null);
});
