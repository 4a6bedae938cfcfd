import { objectLayer } from "../config/layers.ts";
import { type Spread, spreadOf } from "../tables/scores.ts";
import type { ReportedEvaluation } from "../network/network_words.ts";
import type { ReadRun } from "../run/read_run_deno.ts";

/** Options that make no other experiment of a run: they are where and with which draws it ran. */
const PLACE = ["seed", "dataDir", "adapter"];

/** Runs that differ by their seed alone. */
export interface Setting {
  /** The stack, with what sets it apart from others of the same stack. */
  readonly name: string;
  /** Its place in the report, from which its colour follows. */
  readonly index: number;
  /** One or more. */
  readonly runs: readonly [NamedRun, ...NamedRun[]];
  /** Options by their path, e.g. `batch.labeled`, without seed and place. */
  readonly options: ReadonlyMap<string, string>;
}

/** A run with a name that no other run of the report has. */
export interface NamedRun extends ReadRun {
  readonly name: string;
}

/** Groups runs by their options without the seed, in the order in which they come. */
export function settingsOf(runs: readonly ReadRun[]): readonly Setting[] {
  const names = uniqueNames(runs.map(({ path }) => path));
  const groups = new Map<string, { options: Map<string, string>; runs: NamedRun[] }>();
  runs.forEach((run, i) => {
    const options = optionsOf(run.config);
    const key = JSON.stringify([...options].sort());
    const group = groups.get(key) ?? { options, runs: [] };
    group.runs.push({ ...run, name: names[i]! }); // a name a run
    groups.set(key, group);
  });
  const all = [...groups.values()];
  const stacks = all.map(({ options }) => options.get("algorithm") ?? "?");
  return all.map(({ options, runs }, index) => {
    const alike = all.filter((_, other) => stacks[other] === stacks[index]);
    const apart = differingOptions(alike.map((group) => group.options))
      .map((key) => `${key}=${options.get(key) ?? "–"}`);
    const name = [stacks[index]!, ...apart].join(" "); // a stack a group
    return { name, index, runs: runs as [NamedRun, ...NamedRun[]], options };
  });
}

/** Options that are not the same in all of some settings, in alphabetical order. */
export function differingOptions(all: readonly ReadonlyMap<string, string>[]): readonly string[] {
  const keys = new Set(all.flatMap((options) => [...options.keys()]));
  return [...keys].filter((key) => new Set(all.map((options) => options.get(key))).size > 1).sort();
}

/** The last evaluation on the test images; null before the first. */
export function evaluationOf(run: ReadRun): ReportedEvaluation | null {
  return run.summary?.evaluation ?? run.evaluations.findLast((row) => row.evaluation)?.evaluation ??
    null;
}

/**
 * Names of a run's classes, in the order in which it numbers them: those that its summary or split
 * holds, else numbers.
 */
export function classNamesOf(run: ReadRun): readonly string[] {
  const { classNames } = { ...run.split, ...run.summary } as { classNames?: readonly string[] };
  const classes = run.split?.counts.labeled.length ?? evaluationOf(run)?.perClassRecall.length ?? 0;
  return classNames ?? Array.from({ length: classes }, (_, c) => `class ${c}`);
}

/** Mean, spread and range of a number over seeds. */
export interface SeedSpread extends Spread {
  readonly low: number;
  readonly high: number;
}

/** Sums values up; those that are unknown do not count. Null if none is known. */
export function spreadOfKnown(
  values: readonly (number | null | undefined)[],
): SeedSpread | null {
  const known = values.filter((v) => typeof v === "number" && Number.isFinite(v)) as number[];
  const spread = spreadOf(known);
  return spread && { ...spread, low: Math.min(...known), high: Math.max(...known) };
}

function optionsOf(config: Readonly<Record<string, unknown>>): Map<string, string> {
  return new Map(
    objectLayer(config, "config.yaml").filter(({ key }) => !PLACE.includes(key))
      .map(({ key, value }) => [key, typeof value === "string" ? value : JSON.stringify(value)]),
  );
}

/** The last parts of paths, as few as tell them apart. */
function uniqueNames(paths: readonly string[]): readonly string[] {
  const parts = paths.map((path) => path.split("/").filter((part) => part !== ""));
  for (let depth = 1;; depth++) {
    const names = parts.map((p) => p.slice(-depth).join("/"));
    if (new Set(names).size === names.length || parts.every((p) => p.length <= depth)) return names;
  }
}
