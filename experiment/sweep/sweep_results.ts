import { stringify } from "csv-stringify/sync";
import { markdownTable } from "../tables/render_table.ts";
import { type FindPublished, resultTable } from "../tables/result_table.ts";
import { valueAt } from "../tables/scores.ts";
import type { StoredRun } from "./sweep_store_deno.ts";

/** Numbers of a summary that are columns, and where they lie; each only where any run has it. */
const NUMBERS: Readonly<Record<string, string>> = {
  steps: "steps",
  seconds: "seconds",
  imagesPerSecond: "imagesPerSecond",
  ...Object.fromEntries(
    ["evaluation", "validation"].flatMap((part) =>
      ["top1", "balancedAccuracy", "geometricMean", "macroF1", "calibration.ece"].map((score) => [
        part === "evaluation" ? score : `${part}.${score}`,
        `${part}.${score}`,
      ])
    ),
  ),
  state: "state",
};

/** `results.csv`: a line a run, with the options by which runs differ; rates are fractions. */
export function resultsCsv(runs: readonly StoredRun[]): string {
  const options = differingOptions(runs);
  const numbers = Object.entries(NUMBERS).filter(([, path]) =>
    runs.some(({ result }) => valueAt(result, path) !== undefined)
  );
  return stringify([
    ["id", "status", "seed", ...options, ...numbers.map(([name]) => name), "message"],
    ...runs.map((run) => [
      run.id,
      run.status,
      run.seed,
      ...options.map((key) => cell(run.options[key])),
      ...numbers.map(([, path]) => cell(valueAt(run.result, path))),
      run.message,
    ]),
  ]);
}

/** Options that are not the same in all runs, but for the seed. */
export function differingOptions(runs: readonly Pick<StoredRun, "options">[]): string[] {
  const keys = new Set(runs.flatMap(({ options }) => Object.keys(options)));
  return [...keys].filter((key) =>
    key !== "seed" && new Set(runs.map(({ options }) => JSON.stringify(options[key]))).size > 1
  );
}

function cell(value: unknown): string | number | null {
  if (value === undefined || value === null) return null;
  return typeof value === "string" || typeof value === "number" ? value : JSON.stringify(value);
}

/** `table.md`: mean ± std over seeds, then what failed and what the search has stopped. */
export function sweepTable(runs: readonly StoredRun[], published: FindPublished): string {
  const table = markdownTable(
    resultTable(runs.map(({ options, result }) => ({ options, summary: result })), { published }),
  );
  const of = (status: StoredRun["status"]) => runs.filter((run) => run.status === status);
  const failed = of("failed").map(({ id, message }) => `- \`${id}\` failed: ${message}`);
  const stopped = of("stopped").map(({ id, result }) =>
    `- \`${id}\` was stopped by the search after ${result?.steps} steps`
  );
  const open = runs.length - of("finished").length - failed.length - stopped.length;
  const rest = [
    ...failed,
    ...stopped,
    ...(open > 0 ? [`- ${open} of ${runs.length} runs have not finished yet`] : []),
  ];
  return rest.length > 0 ? `${table}\n${rest.join("\n")}\n` : table;
}
