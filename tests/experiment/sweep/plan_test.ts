import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { type ExpandOptions, expandPlan } from "../../../experiment/sweep/expand_plan.ts";
import { parsePlan } from "../../../experiment/sweep/plan.ts";

const expandOptions: ExpandOptions = {
  isMethod: (section) => ["fixmatch", "daso"].includes(section),
  algorithm: "fixmatch",
  findExperiments: () => [],
};

const expand = (text: string, options: Partial<ExpandOptions> = {}) =>
  expandPlan(parsePlan(text, "p.yaml"), { ...expandOptions, ...options });

/** A run's ID and options as one object. */
const shown = (text: string, options: Partial<ExpandOptions> = {}) =>
  expand(text, options).map(({ id, layer }) => ({
    id,
    ...Object.fromEntries(layer.map(({ key, value }) => [key, value])),
  }));

Deno.test("a plan is every combination of its grid with every seed", () => {
  const text = "base: {steps: 40}\ngrid:\n  algorithm: [supervised, fixmatch]\n" +
    "  batch: {labeled: [8, 16]}\nseeds: [1, 2]\n";
  const runs = shown(text);
  assert.equal(runs.length, 8);
  assert.deepEqual(runs[3], {
    id: "4-supervised-s2",
    steps: 40,
    algorithm: "supervised",
    "batch.labeled": 16,
    seed: 2,
  });
  const configurations = expand(text).map(({ configuration }) => configuration);
  assert.deepEqual(configurations, [0, 0, 1, 1, 2, 2, 3, 3]);
});

Deno.test("a value of the grid may be a whole section; without a grid there are the seeds", () => {
  const sections = shown(
    "grid:\n  split:\n    - {unlabeled: uniform, unlabeledMax: 140}\n    - {unlabeled: reversed}\n",
  );
  assert.deepEqual(sections, [
    { id: "1-fixmatch", "split.unlabeled": "uniform", "split.unlabeledMax": 140 },
    { id: "2-fixmatch", "split.unlabeled": "reversed" },
  ]);
  const seeds = shown("base: {algorithm: fixmatch+daso}\nseeds: [3, 4, 5]\n");
  assert.deepEqual(
    seeds.map(({ id }) => id),
    [3, 4, 5].map((s, i) => `${i + 1}-fixmatch+daso-s${s}`),
  );
});

Deno.test("what base sets of a method goes to runs that have it", () => {
  const text = "base:\n  daso.temperature: 0.1\ngrid:\n  algorithm: [fixmatch, fixmatch+daso]\n";
  assert.deepEqual(shown(text), [
    { id: "1-fixmatch", algorithm: "fixmatch" },
    { id: "2-fixmatch+daso", algorithm: "fixmatch+daso", "daso.temperature": 0.1 },
  ]);
  assert.throws(
    () => expand("base:\n  daso.temperature: 0.1\n"),
    /base sets 'daso\.temperature' \(line 2 of p\.yaml\), but no run/,
  );
});

Deno.test("a search trains every run to its last mark", () => {
  const text =
    "grid: {algorithm: [fixmatch]}\nsearch: {steps: [5, 10], keep: 0.5, by: evaluation.top1}\n";
  assert.deepEqual(shown(text), [{ id: "1-fixmatch", algorithm: "fixmatch", steps: 10 }]);
});

Deno.test("published rows come from whoever knows them, each once", () => {
  const row = (id: string) => ({
    id,
    options: [
      { key: "experiment", value: id, where: "rows" },
      { key: "steps", value: 250000, where: "rows" },
    ],
  });
  const runs = shown("base: {steps: 10}\nexperiments: ['a*', a1]\nseeds: [1]\n", {
    findExperiments: (pattern) => pattern === "a*" ? [row("a1"), row("a2")] : [row(pattern)],
  });
  assert.deepEqual(runs, [
    { id: "1-a1-s1", experiment: "a1", steps: 10, seed: 1 },
    { id: "2-a2-s1", experiment: "a2", steps: 10, seed: 1 },
  ]);
});

const REFUSED: readonly [string, RegExp][] = [
  ["sedes: [1]\n", /no key 'sedes' of a plan \(line 1 of p\.yaml\); did you mean 'seeds'/],
  ["search: {stepz: [1, 2]}\n", /no key 'search\.stepz' .* did you mean 'search\.steps'/],
  ["slurm: {partitoin: a}\n", /did you mean 'slurm\.partition'/],
  ["seeds: [1, 1]\n", /seeds has 1 twice/],
  ["seeds: [-1]\n", /^seeds is \[-1\] \(line 1 of p\.yaml\)/],
  ["seeds: 3\n", /^seeds is 3 \(line 1/],
  ["seeds: [1]\nbase: {seed: 2}\n", /'seed' \(line 2 of p\.yaml\) is said by seeds already/],
  ["grid: {algorithm: fixmatch}\n", /grid\.algorithm is "fixmatch" .* list of its values/],
  ["grid: {algorithm: []}\n", /grid\.algorithm is \[\]/],
  ["grid: {algorithm: [a, b, a]}\n", /grid\.algorithm has "a" twice/],
  ["base: {steps: 1}\ngrid: {steps: [2]}\n", /'steps' \(line 2 of p\.yaml\) is said by base/],
  ["base: 3\n", /base is 3 .* give a map/],
  ["base: {plugins: [x.ts]}\n", /'plugins' .* give --plugin/],
  [
    "search: {steps: [5, 5], keep: 0.5, by: a}\n",
    /search\.steps is \[5,5\] .* above the one before/,
  ],
  ["search: {steps: [5, 9], keep: 2, by: a}\n", /^search\.keep is 2/],
  ["search: {steps: [5, 9], keep: 0.5}\n", /^search\.by is missing/],
  [
    "base: {steps: 9}\nsearch: {steps: [5, 9], keep: 0.5, by: a}\n",
    /'steps' .* search\.steps already/,
  ],
  ["slurm: {options: ['; rm -rf ~']}\n", /^slurm\.options is .*options of sbatch/],
  ["- a\n", /is not a map/],
  ["a: [1\n", /is not YAML/],
];

Deno.test("a plan that cannot be meant is refused in a sentence", () => {
  for (const [text, said] of REFUSED) {
    assert.throws(() => expand(text), (e) => e instanceof BadInput && said.test(e.message), text);
  }
});
