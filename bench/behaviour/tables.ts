import { table } from "../table.ts";
import type { Result } from "./results_file.ts";
import { ENTRIES, type Entry, SHAPES } from "./setting.ts";

/** Balanced accuracy of each method for each shape: mean ± standard deviation over seeds, in %. */
export function accuracyTable(results: readonly Result[]): string {
  const shapes = Object.keys(SHAPES);
  const rows = shown(results).map((entry) => [
    entry.name,
    ...shapes.map((shape) => {
      const found = results.filter((r) => isOf(r, entry, shape));
      return meanAndDeviation(found.map((r) => r.recall.all));
    }),
  ]);
  return table(["balanced accuracy", ...shapes], rows);
}

/** Recall of classes with many, some and few labels: means over seeds, in %. */
export function recallTable(results: readonly Result[]): string {
  const shapes = Object.keys(SHAPES);
  const rows = shown(results).map((entry) => [
    entry.name,
    ...shapes.map((shape) => {
      const found = results.filter((r) => isOf(r, entry, shape));
      const of = (group: "many" | "medium" | "few") =>
        percent(mean(found.map((r) => r.recall[group])));
      return found.length ? `${of("many")} / ${of("medium")} / ${of("few")}` : "";
    }),
  ]);
  return table(["recall: many / medium / few", ...shapes], rows);
}

/** Distance of estimates from the true class distribution over time: means over seeds. */
export function estimateTable(results: readonly Result[], by: "l1" | "kl"): string {
  const measured = results.filter((r) => r.distances.length);
  const steps = [...new Set(measured.flatMap((r) => r.distances.map((d) => d.step)))];
  steps.sort((a, b) => a - b);
  const rows = shown(measured).flatMap((entry) =>
    Object.keys(SHAPES).map((shape) => {
      const found = measured.filter((r) => isOf(r, entry, shape));
      const at = (step: number) =>
        found.flatMap((r) => r.distances.filter((d) => d.step === step).map((d) => d[by]));
      return [entry.name, shape, ...steps.map((step) => fixed(mean(at(step))))];
    })
  );
  const title = { l1: "L1", kl: "KL(true ‖ estimate)" }[by];
  return table([title, "unlabeled", ...steps.map((step) => `step ${step}`)], rows);
}

function shown(results: readonly Result[]): Entry[] {
  return ENTRIES.filter((e) => !e.hidden && results.some((r) => r.run.entry.name === e.name));
}

function isOf({ run }: Result, entry: Entry, shape: string): boolean {
  return run.entry.name === entry.name && (entry.labelsOnly === true || run.shape === shape);
}

function meanAndDeviation(values: readonly number[]): string {
  if (values.length < 2) return percent(mean(values));
  const center = mean(values);
  const squares = values.reduce((sum, v) => sum + (v - center) ** 2, 0);
  return `${percent(center)} ± ${percent(Math.sqrt(squares / (values.length - 1)))}`;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, v) => sum + v, 0) / values.length;
}

function percent(share: number): string {
  return Number.isNaN(share) ? "" : (100 * share).toFixed(1);
}

function fixed(value: number): string {
  return Number.isNaN(value) ? "" : value.toFixed(2);
}
