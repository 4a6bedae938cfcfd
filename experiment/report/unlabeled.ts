import * as Plot from "@observablehq/plot";
import { chart, lookOf, WIDTH } from "./chart.ts";
import { classDots, classRows, inOrderOf, placesOf } from "./class_rows.ts";
import { sameClasses } from "./classes.ts";
import { type Curve, curveFigure } from "./curves.ts";
import { list, percent, short, steps } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { classNamesOf, type NamedRun, type Setting, spreadOfKnown } from "./settings.ts";
import { settingLabel } from "./tables.ts";

/** How far the sum of shares may be above 1, by rounding. */
const SLACK = 0.01;

/** Most panels of a chart of shares over time, one a class. */
const PANELS = 12;

/** An estimate of the classes' shares that a method logged, after a number of steps. */
interface Estimate {
  readonly step: number;
  readonly shares: readonly number[];
}

/** Whether a method of a setting estimates the classes' shares. */
export function hasPriors({ runs }: Setting): boolean {
  return runs.some((run) => estimateKeys(run).length > 0);
}

/** Whether a setting has pseudo-labels whose truth is known. */
export function hasPseudoLabels({ runs }: Setting): boolean {
  return runs.some((run) => pseudoLabelsOf(run) !== null);
}

/** What methods took the classes' shares to be, over the steps, and what they are. */
export function priorsSection(settings: readonly Setting[]): Markup {
  const keys = [...new Set(settings.flatMap(({ runs }) => runs.flatMap(estimateKeys)))];
  if (keys.length === 0) {
    return markup`<p>No method of these runs estimates how often the classes occur.</p>`;
  }
  const distances = keys.map((key) => curveFigure(distanceCurve(key), settings));
  const panels = settings.flatMap((setting) => {
    const run = setting.runs.find((run) => estimateKeys(run).length > 0);
    return run ? [sharesFigure(setting, run)] : [];
  });
  return markup`<div class="charts">${distances}${panels}</div>`;
}

/** Total variation distance: 0 where the estimate is right, 1 where it shares nothing with it. */
function distanceCurve(key: string): Curve {
  return {
    title: `${key}: distance to the truth`,
    unit: "share",
    better: "less",
    points: (run) => distanceOf(run, key),
  };
}

function distanceOf(run: NamedRun, key: string) {
  const truth = truthOf(run, key);
  if (!truth) return [];
  return estimatesOf(run, key).map(({ step, shares }) => ({
    step,
    value: shares.reduce((sum, share, c) => sum + Math.abs(share - (truth[c] ?? 0)), 0) / 2,
  }));
}

/** A panel a class: the estimates as lines, the truth as a dashed one. */
function sharesFigure(setting: Setting, run: NamedRun): Markup {
  const all = estimateKeys(run), unlabeled = all.filter((key) => !ofAllImages(key));
  const keys = unlabeled.length > 0 ? unlabeled : all;
  const truth = truthOf(run, keys[0]!), names = classNamesOf(run); // it has one
  const labeled = run.split?.counts.labeled ?? names.map(() => 0);
  const ranked = names.map((_, c) => c)
    .sort((a, b) => (labeled[b] ?? 0) - (labeled[a] ?? 0) || a - b);
  const panels = Math.min(PANELS, ranked.length), columns = Math.min(4, panels);
  const shown = Array.from(
    { length: panels },
    (_, i) => ranked[Math.round(i * (ranked.length - 1) / Math.max(1, panels - 1))]!, // inside
  );
  const place = (i: number) => ({ fx: i % columns, fy: Math.floor(i / columns) });
  const lines = keys.map((key, k) => {
    const all = everyNth(estimatesOf(run, key), 80);
    return {
      key,
      k,
      points: shown.flatMap((c, i) =>
        all.map(({ step, shares }) => ({ ...place(i), step, share: shares[c] ?? 0, c }))
      ),
    };
  });
  const says = sharesCaption(keys, truth, shown.length < names.length);
  const end = run.rows[run.rows.length - 1]!.step; // it has logged an estimate
  const look = lookOf(setting), dashes = ["", "4 2", "1.5 2", "8 3 2 3"];
  const rows = Math.ceil(panels / columns);
  const svg = chart({
    height: 46 + 88 * rows,
    marginTop: 18,
    marginBottom: 24,
    marginLeft: 42,
    marginRight: 8,
    fx: { axis: null, padding: 0.12 },
    fy: { axis: null, padding: 0.26 },
    x: { domain: [0, end], axis: null },
    y: {
      ...{ ticks: 3, label: null, grid: true, percent: true, nice: true, zero: true },
      tickFormat: (v: number) => `${v} %`,
    },
    marks: [
      Plot.axisX([end], { textAnchor: "end", tickFormat: steps, label: null }),
      ...truth
        ? [Plot.ruleY(shown.map((c, i) => ({ ...place(i), share: truth[c]! })), {
          y: "share",
          fx: "fx",
          fy: "fy",
          stroke: "currentColor",
          strokeDasharray: "2 2",
        })]
        : [],
      ...lines.map(({ points, k }) =>
        Plot.lineY(points, {
          x: "step",
          y: "share",
          z: "c",
          fx: "fx",
          fy: "fy",
          stroke: look.color,
          strokeWidth: 1.75,
          strokeDasharray: dashes[k % dashes.length]!, // inside the list
        })
      ),
      Plot.text(shown.map((c, i) => ({ ...place(i), name: short(names[c]!, 13) })), {
        fx: "fx",
        fy: "fy",
        text: "name",
        frameAnchor: "top-left",
        dy: -11,
      }),
    ],
    width: WIDTH,
  }, `Estimated shares of the classes over the steps in ${run.name}. ${says}`);
  return markup`<figure><h3>${
    settingLabel(setting)
  }</h3>${svg}<figcaption>${says} Run ${run.name}.</figcaption></figure>`;
}

function sharesCaption(
  keys: readonly string[],
  truth: readonly number[] | null,
  some: boolean,
): string {
  const styles = ["solid", "dashed", "dotted", "dash-dotted"];
  const drawn = keys.map((key, k) => keys.length > 1 ? `${key} ${styles[k % 4]}` : key);
  const known = truth
    ? `the thin dashed line is the truth of ${
      ofAllImages(keys[0]!) ? "all images" : "the unlabeled images, which is hidden"
    }`
    : "the truth is not known";
  return `Shares by class: ${list(drawn)}; ${known}.${
    some ? " Some of the classes, from the most to the fewest labeled images." : ""
  }`;
}

/** Names of logged state that are shares of the classes, or counts that give shares. */
function estimateKeys(run: NamedRun): readonly string[] {
  const keys = [...new Set(run.rows.flatMap(({ state }) => Object.keys(state ?? {})))];
  return keys.filter((key) => estimatesOf(run, key).length > 0);
}

/**
 * A logged state as shares that add up to 1; none if it is something else, such as thresholds. SimPro's
 * estimate adds up to less while few pseudo-labels are kept, DASO's holds counts.
 */
function estimatesOf({ rows, split }: NamedRun, key: string): readonly Estimate[] {
  const classes = split?.counts.labeled.length;
  const logged = rows.flatMap(({ step, state }) => {
    const values = state?.[key];
    return values?.some((v) => v !== 0)
      ? [{ step, values, total: values.reduce((sum, v) => sum + v, 0) }]
      : [];
  });
  if (logged.some(({ values }) => values.length !== classes || values.some((v) => v < 0))) {
    return [];
  }
  const shares = logged.every(({ total }) => total <= 1 + SLACK) &&
    Math.abs((logged[0]?.total ?? 0) - 1) <= SLACK;
  // A list of ones is a factor a class, not a count.
  const counts = logged.every(({ values, total }) =>
    total > values.length && values.every((v) => Number.isInteger(v))
  );
  if (!shares && !counts) return [];
  return logged.map(({ step, values, total }) => ({ step, shares: values.map((v) => v / total) }));
}

/** Whether an estimate is of the labeled images too, as a state `prior` is; others are of the unlabeled. */
function ofAllImages(key: string): boolean {
  return key.endsWith("/prior");
}

/** What the shares that a state estimates are in truth; null where nobody knows. */
function truthOf({ split }: NamedRun, key: string): readonly number[] | null {
  const { labeled, unlabeled } = split?.counts ?? {};
  if (!unlabeled) return null;
  const counts = unlabeled.map((n, c) => ofAllImages(key) ? n + (labeled?.[c] ?? 0) : n);
  const total = counts.reduce((sum, n) => sum + n, 0);
  return total > 0 ? counts.map((n) => n / total) : null;
}

/** How good the pseudo-labels of each class were in the last log period. */
export function pseudoLabelsSection(settings: readonly Setting[]): Markup {
  const rated = settings.filter(hasPseudoLabels);
  if (rated.length === 0) {
    return markup`<p>No run has pseudo-labels whose truth is known.</p>`;
  }
  const groups = sameClasses(rated);
  const figures = groups.flatMap(({ settings, names, labeled }) => {
    const unlabeled = settings.map(({ runs: [run] }) => {
      const counts = run.split?.counts.unlabeled ?? null;
      return counts && placesOf(names, run).map((place) => counts[place] ?? 0);
    });
    const same = new Set(unlabeled.map((counts) => JSON.stringify(counts))).size === 1;
    const rows = classRows(names, labeled, same ? unlabeled[0]! : null); // a setting at least
    const bars = same && unlabeled[0] ? "unlabeled" : null;
    const whose = groups.length > 1 ? `: ${list(settings.map(({ name }) => name))}` : "";
    return (["recall", "precision"] as const).map((dots) => {
      const title = `${dots === "recall" ? "Recall" : "Precision"} of pseudo-labels${whose}`;
      const says = pseudoCaption(settings, dots);
      const rates = inOrderOf(names, (run) => pseudoLabelsOf(run)?.[dots] ?? null);
      const svg = classDots({ rows, settings, rates, bars, dots, says: `${title}. ${says}` });
      return markup`<figure><h3>${title}</h3>${svg}<figcaption>${says}</figcaption></figure>`;
    });
  });
  return markup`<div class="charts">${figures}</div>`;
}

function pseudoCaption(settings: readonly Setting[], dots: "recall" | "precision"): string {
  const means = settings.map(({ name, runs }) => ({
    name,
    mean: spreadOfKnown(runs.map((run) => spreadOfKnown(pseudoLabelsOf(run)?.[dots] ?? [])?.mean))
      ?.mean ?? 0,
  })).sort((a, b) => b.mean - a.mean);
  const what = dots === "recall"
    ? "How many of a class's unlabeled images are given its label"
    : "How many of a class's pseudo-labels are right";
  const best = means[0]!; // a setting at least
  return `${what}, in the last log period, whether they passed the mask or not. Mean over the classes: ${
    means.length > 1 ? `${best.name} is best, ` : ""
  }${percent(best.mean)}.`;
}

function pseudoLabelsOf({ summary, rows }: NamedRun) {
  return summary?.pseudoLabels ?? rows.findLast((row) => row.pseudoLabels)?.pseudoLabels ?? null;
}

function everyNth<T>(values: readonly T[], most: number): readonly T[] {
  const n = Math.ceil(values.length / most);
  return values.filter((_, i) => i % n === 0 || i === values.length - 1);
}
