import { BadInput } from "../../../core/bad_input.ts";
import { publishedScores } from "../../published/experiments.ts";
import { readRuns } from "../../report/read_runs_deno.ts";
import { classGroups, groupRule } from "../../report/score_words.ts";
import { differingOptions } from "../../report/settings.ts";
import { tell } from "../../run/progress_deno.ts";
import type { ReadRun, WrittenSplit } from "../../run/read_run_deno.ts";
import { comparisonText } from "../../tables/comparison.ts";
import { type ResultTable, resultTable, type TabledRun } from "../../tables/result_table.ts";
import { measuresOf } from "../../tables/scores.ts";
import { userPath } from "../user_files_deno.ts";
import { tabled } from "./report_command_deno.ts";

/** Flags of `compare`. */
export interface CompareFlags {
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** Scores that a comparison has. */
const SCORES = ["top1", "balancedAccuracy", "many", "medium", "few"];

/** `compare RUN…`: scores of runs side by side, and the settings in which they differ. */
export async function compareCommand(
  dirs: readonly string[],
  { json = false, quiet = false }: CompareFlags,
): Promise<void> {
  const runs = await readRuns(dirs.map(userPath));
  if (runs.length < 2) {
    throw new BadInput(
      `compare takes two runs or more, and ${
        dirs.join(" ")
      } is one: give another, or \`evaluate\` it`,
    );
  }
  const settings = settingsOf(runs);
  const table = resultTable(settings.flatMap(({ tabled }) => tabled), {
    published: publishedScores,
    measures: measuresOf(SCORES),
  });
  const differing = differences(settings);
  if (json) {
    console.log(JSON.stringify(forScripts(settings, table, differing)));
    return;
  }
  console.log(
    comparisonText({ table, differing: differing.filter(({ key }) => key !== "algorithm") }),
  );
  for (const line of groupWords(runs)) console.log(line);
  if (quiet) return;
  for (const note of cautions(runs)) tell(note);
  tell(`curves and confusion: deno task report ${dirs.join(" ")} --out report.html`);
}

/** Runs that differ by their seeds alone, or by the adapter they ran on. */
interface Setting {
  readonly runs: readonly ReadRun[];
  readonly tabled: readonly TabledRun[];
  /** Options by key, as texts. */
  readonly options: ReadonlyMap<string, string>;
}

/** Runs by their settings, in the order in which they come. */
function settingsOf(runs: readonly ReadRun[]): readonly Setting[] {
  const all = runs.map((run) => {
    const { options: { adapter: _, ...options }, summary } = tabled(run);
    const { seed: __, ...rest } = options;
    const texts = Object.entries(rest).map(([key, value]) =>
      [key, typeof value === "string" ? value : JSON.stringify(value)] as const
    );
    return { run, tabled: { options, summary }, texts };
  });
  const groups = Map.groupBy(all, ({ texts }) => JSON.stringify(texts.toSorted()));
  return [...groups.values()].map((group) => ({
    runs: group.map(({ run }) => run),
    tabled: group.map(({ tabled }) => tabled),
    options: new Map(group[0]!.texts), // no group is empty
  }));
}

interface Difference {
  readonly key: string;
  readonly values: readonly string[];
}

/** Options that are not the same in all settings; one that a method has, which others lack, is a dash. */
function differences(settings: readonly Setting[]): readonly Difference[] {
  return differingOptions(settings.map(({ options }) => options)).map((key) => ({
    key,
    values: settings.map(({ options }) => options.get(key) ?? "–"),
  }));
}

/** What makes the groups of recalls, where all runs have the same. */
function groupWords(runs: readonly ReadRun[]): string[] {
  const counts = runs.map(({ split }) => split ? labeledCounts(split) : "");
  const [first = []] = runs.map(({ split }) => split?.counts.labeled ?? []);
  if (first.length === 0 || new Set(counts).size > 1) return [];
  const groups = classGroups(first).map(({ name, classes, least, most }) =>
    `${name} ${classes.length} of ${least === most ? most : `${least} to ${most}`}`
  );
  return ["", `recall by group (${groupRule(first.length)}): ${groups.join(", ")}`];
}

/** Labeled images of each class by its name, whatever the run's order is. */
function labeledCounts({ counts: { labeled }, classNames = [] }: WrittenSplit): string {
  return labeled.map((count, c) => `${classNames[c] ?? c}: ${count}`).toSorted().join();
}

/** What makes scores not comparable, or not the last word. */
function cautions(runs: readonly ReadRun[]): string[] {
  const several = (values: readonly unknown[]) => new Set(values).size > 1;
  const under = runs.filter(({ summary }) => summary?.status !== "finished");
  return [
    ...several(runs.map(({ split }) => split?.fingerprint))
      ? ["Note: the runs are of different data: their scores are of different test images"]
      : several(runs.map(({ split }) => split && labeledCounts(split)))
      ? ["Note: the runs have different labeled images: what differs is not the method alone"]
      : [],
    ...under.map(({ path, summary }) =>
      `Note: ${path} ${
        summary ? `was interrupted after ${summary.steps} steps` : "has no summary: it is under way"
      }`
    ),
  ];
}

function forScripts(
  settings: readonly Setting[],
  { measures, rows }: ResultTable,
  differing: readonly Difference[],
) {
  return {
    settings: settings.map(({ runs, options }, i) => ({
      algorithm: options.get("algorithm") ?? null,
      runs: runs.map(({ path }) => path),
      options: Object.fromEntries(differing.map(({ key, values }) => [key, values[i]])),
      scores: Object.fromEntries(
        measures.map(({ metric }, m) => [metric, rows[i]?.scores[m] ?? null]),
      ),
      n: rows[i]?.n ?? 0,
    })),
    differing: differing.map(({ key }) => key),
  };
}
