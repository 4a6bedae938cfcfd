import * as Plot from "@observablehq/plot";
import { chart, lookOf } from "./chart.ts";
import { list, number, percent, plural, steps, whole } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import type { NamedRun, Setting } from "./settings.ts";

/** A value of a run after a number of steps. */
export interface Point {
  readonly step: number;
  readonly value: number;
}

/** What a chart of curves shows. */
export interface Curve {
  readonly title: string;
  /** How its values are written. */
  readonly unit: "share" | "number";
  /** Whether more is better, less is, or neither. */
  readonly better: "more" | "less" | "neither";
  /** Its values in a run; none where the run has no such thing. */
  points(run: NamedRun): readonly Point[];
}

/** Most points of a line; longer logs are averaged, which nobody sees at this size. */
const MOST = 240;

/** The curves of all settings over each other, a chart for each quantity that any of them logged. */
export function curvesSection(settings: readonly Setting[]): Markup {
  const { main, own } = curvesOf(settings);
  const figures = (curves: readonly Curve[]) =>
    curves.map((curve) => curveFigure(curve, settings)).filter((figure) => figure !== null);
  const drawn = figures(main);
  if (drawn.length === 0) return markup`<p>No run has logged anything yet.</p>`;
  const fixed = own.flatMap((curve) => {
    const value = constantOf(curve, settings);
    return value === null ? [] : [{ curve, text: `${curve.title} ${number(value)}` }];
  });
  const moving = figures(own.filter((curve) => !fixed.some((one) => one.curve === curve)));
  const more = moving.length === 0
    ? null
    : markup`<details><summary>${plural(moving.length, "curve")} of what the methods logged by
themselves</summary><div class="charts">${moving}</div></details>`;
  const still = fixed.length === 0
    ? null
    : markup`<p class="note">Logged, and the same all the time: ${
      list(fixed.map(({ text }) => text))
    }.</p>`;
  return markup`<div class="charts">${drawn}</div>${more}${still}`;
}

/** The one value that a quantity has in all runs and at all steps; null if there are several. */
function constantOf(curve: Curve, settings: readonly Setting[]): number | null {
  const values = new Set(
    settings.flatMap(({ runs }) => runs.flatMap((run) => curve.points(run).map((p) => p.value))),
  );
  const [first = null] = values;
  return values.size === 1 ? first : null;
}

/** The quantities that all runs may have, and those of single methods. */
function curvesOf(
  settings: readonly Setting[],
): { readonly main: readonly Curve[]; readonly own: readonly Curve[] } {
  const rows = settings.flatMap(({ runs }) => runs.flatMap(({ rows }) => rows));
  const names = (pick: "loss" | "values") => [
    ...new Set(rows.flatMap((row) => Object.keys(row[pick] ?? {}))),
  ];
  const score = (title: string, key: "balancedAccuracy" | "top1"): Curve => ({
    title,
    unit: "share",
    better: "more",
    points: ({ evaluations }) => pointsOf(evaluations, (row) => row.evaluation?.[key]),
  });
  const logged = (
    title: string,
    pick: (row: NamedRun["rows"][number]) => number | null | undefined,
    { unit = "number", better = "neither" }: Partial<Pick<Curve, "unit" | "better">> = {},
  ): Curve => ({ title, unit, better, points: ({ rows }) => pointsOf(rows, pick) });
  const share = { unit: "share" } as const, good = { unit: "share", better: "more" } as const;
  const main: readonly Curve[] = [
    score("Balanced accuracy", "balancedAccuracy"),
    score("Top-1 accuracy", "top1"),
    {
      title: "Calibration error (ECE)",
      unit: "share",
      better: "less",
      points: ({ evaluations }) => pointsOf(evaluations, (row) => row.evaluation?.calibration?.ece),
    },
    logged("Mask rate", (row) => row.mask, share),
    logged("Accuracy of all pseudo-labels", (row) => row.pseudoLabels?.accuracy, good),
    logged("Accuracy of the pseudo-labels used", (row) => row.pseudoLabels?.usedAccuracy, good),
    ...names("loss").map((name) => logged(`Loss: ${name}`, (row) => row.loss[name])),
    logged("Learning rate", (row) => row.learningRate),
  ];
  return { main, own: names("values").map((name) => logged(name, (row) => row.values?.[name])) };
}

function pointsOf<Row extends { readonly step: number }>(
  rows: readonly Row[],
  pick: (row: Row) => number | null | undefined,
): readonly Point[] {
  return rows.flatMap((row) => {
    const value = pick(row);
    return typeof value === "number" && Number.isFinite(value) ? [{ step: row.step, value }] : [];
  });
}

/**
 * One chart: a line for each run, thin where several seeds stand behind the thick line of their
 * mean. Null if no run has any point.
 */
export function curveFigure(curve: Curve, settings: readonly Setting[]): Markup | null {
  const drawn = settings.map((setting) => {
    const seeds = setting.runs.map((run) => thinned(curve.points(run))).filter((p) => p.length > 0);
    return { setting, seeds, mean: meanOf(seeds) };
  }).filter(({ seeds }) => seeds.length > 0);
  if (drawn.length === 0) return null;
  const says = captionOf(curve, drawn);
  const end = Math.max(...settings.flatMap(({ runs }) => runs.map(lastStep)));
  const line = (points: readonly Point[], setting: Setting, options: Plot.LineYOptions) => {
    const { color, dash } = lookOf(setting);
    const style = { stroke: color, strokeDasharray: dash, ...options };
    // A single point is no line: it is marked, or it would not be seen.
    return points.length === 1
      ? Plot.dot(points, { x: "step", y: "value", fill: color, r: 2.5 })
      : Plot.lineY(points, { x: "step", y: "value", curve: "linear", ...style });
  };
  const svg = chart({
    x: { domain: [0, end], label: null, tickFormat: steps, ticks: 4 },
    y: {
      label: null,
      grid: true,
      ticks: 5,
      nice: true,
      ...domainOf(drawn, curve),
      ...curve.unit === "share" ? { percent: true, tickFormat: (v: number) => `${v} %` } : {},
    },
    marks: [
      ...drawn.flatMap(({ setting, seeds }) =>
        seeds.length < 2
          ? []
          : seeds.map((points) => line(points, setting, { strokeWidth: 1, strokeOpacity: 0.35 }))
      ),
      ...drawn.map(({ setting, mean }) => line(mean, setting, { strokeWidth: 2 })),
    ],
  }, `${curve.title} over the steps. ${says}`);
  return markup`<figure><h3>${curve.title}</h3>${svg}<figcaption>${says}</figcaption></figure>`;
}

/** A range of values to show where all are one, of which no axis can be made; else nothing. */
function domainOf(
  drawn: readonly Drawn[],
  { unit }: Curve,
): { readonly domain?: [number, number] } {
  const values = new Set(drawn.flatMap(({ seeds }) => seeds.flat().map(({ value }) => value)));
  const [value = 0] = values, shown = unit === "share" ? 100 * value : value;
  if (values.size > 1) return {};
  return { domain: shown === 0 ? [0, 1] : [Math.min(0, 2 * shown), Math.max(0, 2 * shown)] };
}

function lastStep({ rows, evaluations }: NamedRun): number {
  return Math.max(rows[rows.length - 1]?.step ?? 0, evaluations[evaluations.length - 1]?.step ?? 0);
}

interface Drawn {
  readonly setting: Setting;
  readonly seeds: readonly (readonly Point[])[];
  readonly mean: readonly Point[];
}

/** What one sees: where the lines end, and which is ahead. */
function captionOf({ unit, better }: Curve, drawn: readonly Drawn[]): string {
  const show = unit === "share" ? percent : number;
  const ends = drawn.map(({ setting: { name }, mean }) => ({ name, ...mean[mean.length - 1]! }))
    .sort((a, b) => b.value - a.value); // each has a point
  const last = ends[ends.length - 1]!, first = ends[0]!; // there is one
  if (first === last) {
    const values = drawn[0]!.mean.map(({ value }) => value);
    const range = `between ${show(Math.min(...values))} and ${show(Math.max(...values))}`;
    return `${show(first.value)} after ${whole(first.step)} steps, on the way ${range}.`;
  }
  if (first.value === last.value) return `All of ${drawn.length} end at ${show(first.value)}.`;
  const [ahead, behind] = better === "less" ? [last, first] : [first, last];
  const words = better === "neither" ? ["Highest", "lowest"] : ["Best", "worst"];
  const between = drawn.length > 2 ? ` of ${plural(drawn.length, "setting")}` : "";
  return `${words[0]} at the end${between}: ${ahead.name}, ${show(ahead.value)}; ${
    words[1]
  }: ${behind.name}, ${show(behind.value)}.`;
}

/** Mean of several seeds at the steps that all of them have. */
function meanOf(seeds: readonly (readonly Point[])[]): readonly Point[] {
  const [first = [], ...others] = seeds;
  const maps = others.map((points) => new Map(points.map(({ step, value }) => [step, value])));
  return first.flatMap(({ step, value }) => {
    const values = [value, ...maps.map((map) => map.get(step))];
    return values.every((v) => v !== undefined)
      ? [{ step, value: values.reduce((sum, v) => sum + v, 0) / values.length }]
      : [];
  });
}

/** At most {@linkcode MOST} points: means of as many neighbours as that takes, at their last step. */
function thinned(points: readonly Point[]): readonly Point[] {
  const size = Math.ceil(points.length / MOST);
  if (size <= 1) return points;
  return Array.from({ length: Math.ceil(points.length / size) }, (_, i) => {
    const group = points.slice(i * size, (i + 1) * size);
    const sum = group.reduce((all, { value }) => all + value, 0);
    return { step: group[group.length - 1]!.step, value: sum / group.length }; // none is empty
  });
}
