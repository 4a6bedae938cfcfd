import assert from "node:assert/strict";
import { parse } from "csv-parse/sync";
import { csvTable, latexTable, markdownTable } from "../../../experiment/tables/render_table.ts";
import {
  type PublishedScore,
  resultTable,
  type TabledRun,
} from "../../../experiment/tables/result_table.ts";
import {
  measuresOf,
  measureWords,
  scoreOf,
  spreadOf,
  valueAt,
} from "../../../experiment/tables/scores.ts";

/** A run with one accuracy. */
function run(options: Record<string, unknown>, top1: number | null, steps = 100): TabledRun {
  const scores = { top1, balancedAccuracy: top1, calibration: { ece: 0.125 } };
  const history = { top1: { recentMedian: 0.25, recentMean: 0.375, best: 0.75, last: top1 } };
  return {
    options,
    summary: top1 === null ? null : { steps, evaluation: scores, history },
  };
}

Deno.test("spreadOf() divides by n − 1", () => {
  assert.equal(spreadOf([]), null);
  assert.deepEqual(spreadOf([0.5]), { mean: 0.5, std: null, n: 1 });
  const spread = spreadOf([2, 4, 9])!;
  assert.equal(spread.mean, 5);
  assert.ok(Math.abs(spread.std! - Math.sqrt(13)) < 1e-12); // (9 + 1 + 16) / 2
});

Deno.test("scoreOf() follows the rule; where nobody said one the last evaluation counts", () => {
  const { summary } = run({}, 0.5);
  const of = (metric: string, rule: string) => scoreOf(summary!, { metric, rule });
  assert.equal(of("top1", "last"), 0.5);
  assert.equal(of("top1", "unknown"), 0.5);
  assert.deepEqual(["median20", "mean20", "best"].map((rule) => of("top1", rule)), [
    0.25,
    0.375,
    0.75,
  ]);
  assert.equal(of("ece", "last"), 0.125);
  assert.equal(of("balanced", "last"), 0.5);
  assert.equal(of("balanced", "mean20"), null);
  assert.equal(
    measureWords({ metric: "gm", rule: "median20" }),
    "geometric mean, median of last 20",
  );
  assert.equal(measureWords({ metric: "top1", rule: "unknown" }), "top-1, rule not said");
  assert.equal(valueAt({ a: { b: 1 } }, "a.toString"), undefined);
});

Deno.test("measuresOf() takes scores by either name, once each, and refuses what is none", () => {
  const measures = measuresOf(["ece", " balanced", "calibration.ece", "few"]);
  assert.deepEqual(measures.map(measureWords), [
    "ECE, last",
    "balanced accuracy, last",
    "few, last",
  ]);
  const { measures: columns, rows } = resultTable([run({ algorithm: "a" }, 0.5)], { measures });
  assert.deepEqual(columns, measures);
  assert.deepEqual(rows[0]!.scores.map((score) => score?.mean ?? null), [0.125, 0.5, null]);
  const message = /There is no score 'eec'; did you mean 'ece'\? Known: balanced, gm, ece/;
  assert.throws(() => measuresOf(["eec"]), { name: "BadInput", message });
});

Deno.test("resultTable() groups by everything but the seed", () => {
  const table = resultTable([
    run({ algorithm: "fixmatch", steps: 100, seed: 1 }, 0.5),
    run({ algorithm: "simpro", "simpro.t": 1, steps: 100, seed: 1 }, 0.25),
    run({ seed: 2, steps: 100, algorithm: "fixmatch" }, 0.75), // another order of the same options
    run({ algorithm: "fixmatch", steps: 100, seed: 3 }, null),
  ]);
  // What a method brings by itself is said by its name.
  assert.deepEqual(table.keys, ["algorithm"]);
  assert.deepEqual(table.rows.map(({ labels, n }) => [...labels, n]), [["fixmatch", 2], [
    "simpro",
    1,
  ]]);
  assert.deepEqual(table.rows[0]!.scores[0], { mean: 0.625, std: Math.sqrt(0.03125), n: 2 });
});

Deno.test("resultTable() has a column for what differs within an algorithm, and for data and model", () => {
  const keysOf = (...options: readonly Record<string, unknown>[]) =>
    resultTable(options.map((one) => run(one, 0.5))).keys;
  assert.deepEqual(
    keysOf({ algorithm: "a", "batch.ratio": 1 }, { algorithm: "a", "batch.ratio": 2 }),
    ["algorithm", "batch.ratio"],
  );
  assert.deepEqual(
    keysOf({ algorithm: "a", learningRate: 1 }, { algorithm: "b", learningRate: 2 }),
    ["algorithm"],
  );
  assert.deepEqual(
    keysOf({ algorithm: "a", dataset: "x" }, { algorithm: "b", dataset: "y" }),
    ["algorithm", "dataset"],
  );
});

Deno.test("resultTable() says how far runs came where they stopped at different steps", () => {
  const table = resultTable([
    run({ algorithm: "a" }, 0.5, 500),
    run({ algorithm: "b" }, 0.5, 1500),
  ]);
  assert.deepEqual(table.keys, ["algorithm", "steps done"]);
  assert.deepEqual(table.rows.map(({ labels }) => labels[1]), ["500", "1500"]);
});

const PUBLISHED: PublishedScore = {
  metric: "top1",
  mean: 47.3,
  std: 0.95,
  seeds: 3,
  rule: "median20",
  source: "Table 1",
};

Deno.test("a published number stands beside ours of the same metric and rule", () => {
  const runs = [
    run({ algorithm: "a_b", experiment: "row-1", seed: 1 }, 0.5),
    run({ algorithm: "a_b", experiment: "other", seed: 1 }, 0.5),
  ];
  const table = resultTable(runs, { published: (id) => id === "row-1" ? [PUBLISHED] : [] });
  const rows = markdownTable(table).trim().split("\n").slice(-2);
  const cells = rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
  assert.deepEqual(cells, [
    ["a_b", "row-1", "50.0", "50.0", "25.0", "47.3 ± 0.95", "1"],
    ["a_b", "other", "50.0", "50.0", "25.0", "–", "1"],
  ]);
  assert.match(markdownTable(table), /published top-1, median of last 20/);
});

Deno.test("tables are Markdown, LaTeX and CSV of the same numbers", () => {
  const options = { algorithm: "a|b_c", seed: 1 };
  const table = resultTable([run(options, 0.5), run({ ...options, seed: 2 }, 0.25)]);
  assert.match(markdownTable(table), /^Mean ± standard deviation \(n − 1\) over n seeds/);
  assert.match(markdownTable(table), /\| a\\\|b_c +\| 37\.5 ± 17\.7 \|/);
  assert.match(latexTable(table), /^a\|b\\_c & 37\.5 \$\\pm\$ 17\.7 & .* & 2 \\\\$/m);
  const [row] = parse(csvTable(table), { columns: true }) as Record<string, string>[];
  assert.equal(row!["top-1, last, mean (%)"], "37.5");
  assert.ok(Math.abs(Number(row!["top-1, last, std (%)"]) - 12.5 * Math.SQRT2) < 1e-9);
  assert.equal(row!.n, "2");
});
