import * as Plot from "@observablehq/plot";
import { chart, lookOf, WIDTH } from "./chart.ts";
import { percent, short, whole } from "./format.ts";
import type { Markup } from "./markup.ts";
import {
  classNamesOf,
  type NamedRun,
  type SeedSpread,
  type Setting,
  spreadOfKnown,
} from "./settings.ts";

/** Most rows that a chart has; of more classes, neighbours by size share one. */
export const MOST_ROWS = 24;

/** A row of a chart: a class, or neighbours by size where there are too many. */
export interface ClassRow {
  readonly name: string;
  /** Numbers of its classes. */
  readonly classes: readonly number[];
  /** Images of one of its classes, the mean where there are several; null where nobody knows. */
  readonly count: number | null;
}

/**
 * Classes from the most to the fewest images, as rows of a chart.
 *
 * @param names Of the classes.
 * @param counts Images of each class, from which the order follows.
 * @param shown Counts that stand in the rows; `counts` by default.
 */
export function classRows(
  names: readonly string[],
  counts: readonly number[],
  shown: readonly number[] | null = counts,
): readonly ClassRow[] {
  const order = names.map((_, c) => c).sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
  const size = Math.ceil(order.length / MOST_ROWS);
  return Array.from({ length: Math.ceil(order.length / size) }, (_, i) => {
    const classes = order.slice(i * size, (i + 1) * size);
    const first = i * size + 1, last = first + classes.length - 1;
    const name = size === 1 ? names[classes[0]!]! : `rank ${first}–${last}`; // none is empty
    const count = shown && classes.reduce((sum, c) => sum + (shown[c] ?? 0), 0) / classes.length;
    return { name, classes, count };
  });
}

/** A rate of each class in a run; null where undefined. */
export type ClassRates = (run: NamedRun) => readonly (number | null)[] | null;

/**
 * Rates in the order of some names: protocols number classes by size, so that another run may have
 * another order.
 */
export function inOrderOf(names: readonly string[], rates: ClassRates): ClassRates {
  return (run) => {
    const values = rates(run), places = placesOf(names, run);
    return values && places.map((place) => values[place] ?? null);
  };
}

/** Under which number a run has each of some classes; -1 for those that it has not. */
export function placesOf(names: readonly string[], run: NamedRun): readonly number[] {
  const places = new Map(classNamesOf(run).map((name, c) => [name, c]));
  return names.map((name) => places.get(name) ?? -1);
}

/** A setting's rates in the rows of a chart, over its seeds. */
export function rowSpreads(
  rows: readonly ClassRow[],
  { runs }: Setting,
  rates: ClassRates,
): readonly (SeedSpread | null)[] {
  const all = runs.map(rates).filter((r) => r !== null);
  return rows.map(({ classes }) =>
    spreadOfKnown(all.map((rate) => spreadOfKnown(classes.map((c) => rate[c]))?.mean))
  );
}

/** What {@linkcode classDots} draws. */
export interface ClassDots {
  readonly rows: readonly ClassRow[];
  readonly settings: readonly Setting[];
  readonly rates: ClassRates;
  /** What the bars count, e.g. `labeled`; null for no bars. */
  readonly bars: string | null;
  /** What the dots are, e.g. `recall`. */
  readonly dots: string;
  readonly says: string;
}

/** A row for each class: a bar of its images, then a dot of a rate for each setting. */
export function classDots({ rows, settings, rates, bars, dots, says }: ClassDots): Markup {
  // The scale goes from 0 to 1; what is left of 0 belongs to the bars.
  const LEFT = -0.62, LONGEST = 0.34, most = Math.max(1, ...rows.map(({ count }) => count ?? 0));
  const names = rows.map(({ name }) => short(name, 18));
  const row = (i: number) => String(i);
  const points = settings.flatMap((setting) =>
    rowSpreads(rows, setting, rates).flatMap((spread, i) =>
      spread ? [{ ...spread, row: row(i), setting, label: rows[i]!.name }] : []
    )
  );
  const ROW = 21;
  return chart({
    height: 46 + ROW * rows.length + 16,
    marginLeft: marginOf(names),
    marginRight: 12,
    marginTop: 26,
    x: { domain: [bars === null ? 0 : LEFT, 1], axis: null },
    y: { domain: rows.map((_, i) => row(i)), axis: null, padding: 0.3 },
    marks: [
      Plot.axisX([0, 0.25, 0.5, 0.75, 1], {
        anchor: "bottom",
        tickFormat: (v: number) => `${100 * v}`,
        tickSize: 0,
        label: null,
      }),
      Plot.gridX([0, 0.25, 0.5, 0.75, 1]),
      Plot.axisY({ label: null, tickSize: 0, tickFormat: (r: string) => names[Number(r)] ?? "" }),
      Plot.text([{ x: 0.5 }], { x: "x", text: () => `${dots}, %`, frameAnchor: "top", dy: -20 }),
      ...bars === null ? [] : [
        Plot.text([{ x: LEFT }], {
          x: "x",
          text: () => bars,
          frameAnchor: "top",
          textAnchor: "start",
          dy: -20,
        }),
        Plot.barX(rows, {
          x1: LEFT,
          x2: ({ count }: ClassRow) => LEFT + LONGEST * ((count ?? 0) / most),
          y: (_: ClassRow, i: number) => row(i),
          fill: "var(--bar)",
        }),
        Plot.text(rows, {
          x: ({ count }: ClassRow) => LEFT + LONGEST * ((count ?? 0) / most),
          y: (_: ClassRow, i: number) => row(i),
          text: ({ count }: ClassRow) => count === null ? "" : whole(count),
          textAnchor: "start",
          dx: 4,
          fontVariant: "tabular-nums",
        }),
      ],
      ...settings.flatMap((setting) => {
        const look = lookOf(setting);
        const own = points.filter((point) => point.setting === setting);
        return [
          Plot.ruleY(own.filter(({ n }) => n > 1), {
            y: "row",
            x1: "low",
            x2: "high",
            stroke: look.color,
            strokeWidth: 2,
            strokeOpacity: 0.45,
          }),
          Plot.dot(own, {
            y: "row",
            x: "mean",
            fill: look.color,
            symbol: look.symbol,
            r: 4,
            stroke: "var(--card)",
            strokeWidth: 0.75,
            title: ({ label, mean }: SeedSpread & { label: string }) =>
              `${setting.name}, ${label}: ${percent(mean)}`,
          }),
        ];
      }),
    ],
    width: WIDTH,
  }, says);
}

/** Room for the longest of some names at the left of a chart, at about six px a letter. */
export function marginOf(names: readonly string[]): number {
  return 14 + 6.2 * Math.max(0, ...names.map(({ length }) => length));
}
