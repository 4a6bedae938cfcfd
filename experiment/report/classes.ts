import * as Plot from "@observablehq/plot";
import { chart, WIDTH } from "./chart.ts";
import {
  classDots,
  type ClassRates,
  type ClassRow,
  classRows,
  inOrderOf,
  marginOf,
  MOST_ROWS,
  placesOf,
  rowSpreads,
} from "./class_rows.ts";
import { list, percent, plural, short, whole } from "./format.ts";
import { type Markup, markup } from "./markup.ts";
import { classNamesOf, evaluationOf, type Setting, spreadOfKnown } from "./settings.ts";
import { settingLabel, sortedTable } from "./tables.ts";

/** Settings that have the same classes and as many labeled images of each. */
interface SameClasses {
  readonly settings: readonly Setting[];
  /** Names of the classes, in the order of the first. */
  readonly names: readonly string[];
  /** Labeled images of each. */
  readonly labeled: readonly number[];
}

/** Most classes whose cells of a confusion matrix have room for a number. */
const NUMBERED = 12;

/** Most confusion matrices; of more settings the best are drawn. */
const MOST_MATRICES = 12;

/** Recall by class beside labeled counts, as a chart and as a table. */
export function classesSection(settings: readonly Setting[]): Markup {
  const groups = sameClasses(settings);
  if (groups.length === 0) return markup`<p>No run has been evaluated yet.</p>`;
  const parts = groups.map((group) => {
    const figure = recallFigure(group, groups.length > 1), table = classTable(group);
    const { length } = group.names;
    const frame = length <= MOST_ROWS ? "pair" : "charts";
    const beside = length <= MOST_ROWS ? table : null;
    const below = beside
      ? null
      : markup`<details><summary>Table of ${
        plural(length, "class", "classes")
      }</summary>${table}</details>`;
    return markup`<div class="${frame}">${figure}${beside}</div>${below}`;
  });
  return markup`${parts}`;
}

function recallOf(names: readonly string[]): ClassRates {
  return inOrderOf(names, (run) => evaluationOf(run)?.perClassRecall ?? null);
}

function recallFigure({ settings, names, labeled }: SameClasses, several: boolean): Markup {
  const rows = classRows(names, labeled);
  const says = recallCaption(rows, settings, recallOf(names));
  const title = several
    ? `Recall by class: ${list(settings.map(({ name }) => name))}`
    : "Recall by class, beside labeled images";
  const svg = classDots({
    ...{ rows, settings, says: `${title}. ${says}` },
    rates: recallOf(names),
    bars: rows.length < names.length ? "labeled (mean)" : "labeled",
    dots: "recall",
  });
  return markup`<figure><h3>${title}</h3>${svg}<figcaption>${says}</figcaption></figure>`;
}

/** Where the settings lie furthest apart, and how the rarest third fares. */
function recallCaption(
  rows: readonly ClassRow[],
  settings: readonly Setting[],
  rates: ClassRates,
): string {
  const all = settings.map((setting) => ({ setting, means: rowSpreads(rows, setting, rates) }));
  const third = Math.max(1, Math.floor(rows.length / 3));
  const ends = all.map(({ setting, means }) => {
    const mean = (part: typeof means) => spreadOfKnown(part.map((spread) => spread?.mean))?.mean;
    return {
      name: setting.name,
      head: mean(means.slice(0, third)),
      tail: mean(means.slice(-third)),
    };
  });
  const best = [...ends].sort((a, b) => (b.tail ?? -1) - (a.tail ?? -1))[0]!; // one at least
  const bars = settings.some(({ runs }) => runs.length > 1)
    ? " Bars behind dots reach from the lowest to the highest seed."
    : "";
  return `${settings.length > 1 ? `Best on the rarest third: ${best.name}, ` : ""}${
    percent(best.tail)
  } on the rarest third of the classes and ${percent(best.head)} on the largest.${bars}`;
}

function classTable({ settings, names, labeled }: SameClasses): Markup {
  const counts = [
    { title: "Labeled", all: labeled },
    ...(["unlabeled", "test"] as const).flatMap((part) => {
      const own = settings.map(({ runs: [run] }) => {
        const all = run.split?.counts[part];
        return all ? placesOf(names, run).map((place) => all[place] ?? 0) : null;
      });
      const same = new Set(own.map((all) => JSON.stringify(all))).size === 1;
      // Settings may have other unlabeled images of the same classes: then no column is true.
      return same && own[0] ? [{ title: part === "test" ? "Test" : "Unlabeled", all: own[0] }] : [];
    }),
  ];
  const recalls = settings.map(({ runs }) => {
    const all = runs.map(recallOf(names));
    return names.map((_, c) => spreadOfKnown(all.map((recall) => recall?.[c]))?.mean);
  });
  return sortedTable({
    label: `Recall by class: ${list(settings.map(({ name }) => name))}`,
    columns: [
      { title: "Class" },
      ...counts.map(({ title }) => ({ title, number: true })),
      ...settings.map((setting) => ({ title: settingLabel(setting), number: true })),
    ],
    rows: names.map((name, c) => [
      { text: name },
      ...counts.map(({ all }) => ({ text: whole(all[c]), value: all[c] ?? null })),
      ...recalls.map((recall) => ({ text: percent(recall[c]), value: recall[c] ?? null })),
    ]),
  });
}

/** Confusion matrices, each row as shares of its true class, over all seeds. */
export function confusionSection(settings: readonly Setting[]): Markup {
  const all = sameClasses(settings).flatMap(({ settings, names, labeled }) =>
    settings.map((setting) => ({ setting, names, labeled, score: scoreOf(setting) }))
  ).sort((a, b) => b.score - a.score);
  if (all.length === 0) return markup`<p>No run has been evaluated yet.</p>`;
  const drawn = all.slice(0, MOST_MATRICES)
    .sort((a, b) => a.setting.index - b.setting.index);
  const note = drawn.length < all.length
    ? markup`<p>The ${drawn.length} settings of the highest balanced accuracy, of ${all.length}.</p>`
    : null;
  return markup`${note}<div class="charts">${drawn.map(confusionFigure)}</div>`;
}

function confusionFigure(
  { setting, names, labeled }: Omit<SameClasses, "settings"> & { readonly setting: Setting },
): Markup {
  const rows = classRows(names, labeled);
  const counts = rows.map(() => new Float64Array(rows.length));
  for (const run of setting.runs) {
    const { confusion } = evaluationOf(run) ?? {};
    if (!confusion) continue;
    const places = placesOf(names, run);
    rows.forEach(({ classes: from }, i) =>
      rows.forEach(({ classes: to }, j) => {
        for (const a of from) {
          for (const b of to) {
            counts[i]![j]! += confusion[places[a]!]?.[places[b]!] ?? 0; // cells and classes
          }
        }
      })
    );
  }
  const cells = counts.flatMap((row, i) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return [...row].flatMap((n, j) => n > 0 ? [{ i, j, share: n / total }] : []);
  });
  const wrong = cells.filter(({ i, j }) => i !== j).sort((a, b) => b.share - a.share)[0];
  const grouped = rows.length < names.length ? " Classes of like size share a row." : "";
  const says =
    (wrong
      ? `Most often mistaken: ${percent(wrong.share)} of ${rows[wrong.i]!.name} are taken for ${
        rows[wrong.j]!.name
      }.`
      : "No image is taken for another class.") + grouped;
  const numbered = rows.length <= NUMBERED, domain = rows.map((_, i) => i);
  const name = (i: number) => short(rows[i]?.name ?? "", 15);
  const left = marginOf(domain.map(name)), bottom = 4 + 0.85 * left, side = WIDTH - left - 12;
  const svg = chart({
    height: side + bottom + 22,
    marginLeft: left,
    marginRight: 12,
    marginTop: 22,
    marginBottom: bottom,
    x: { domain, axis: null, padding: 0.04 },
    y: { domain, axis: null, padding: 0.04 },
    marks: [
      Plot.axisY({ tickSize: 0, tickFormat: name, label: null }),
      Plot.axisX({ tickSize: 0, tickRotate: -55, tickFormat: name, label: null, anchor: "bottom" }),
      Plot.text(["true class ↓ · predicted →"], {
        frameAnchor: "top-right",
        dy: -18,
      }),
      Plot.cell(domain.flatMap((i) => domain.map((j) => ({ i, j }))), {
        x: "j",
        y: "i",
        fill: "var(--well)",
      }),
      Plot.cell(cells, {
        x: "j",
        y: "i",
        fill: "var(--heat)",
        fillOpacity: { value: "share", scale: null },
        title: ({ i, j, share }: (typeof cells)[number]) =>
          `${rows[i]!.name} taken for ${rows[j]!.name}: ${percent(share)}`,
      }),
      ...numbered
        ? [
          [cells.filter(({ share }) => share < 0.5), "currentColor"] as const,
          [
            cells.filter(({ share }) => share >= 0.5),
            "var(--on-heat)",
          ] as const,
        ].map(([some, fill]) =>
          Plot.text(some.filter(({ share }) => share >= 0.005), {
            x: "j",
            y: "i",
            fill,
            fontSize: 9.5,
            text: ({ share }: (typeof cells)[number]) => (100 * share).toFixed(0),
          })
        )
        : [],
    ],
  }, `Confusion matrix of ${setting.name}, in percent of each true class. ${says}`);
  return markup`<figure><h3>${
    settingLabel(setting)
  }</h3>${svg}<figcaption>${says}</figcaption></figure>`;
}

function scoreOf({ runs }: Setting): number {
  return spreadOfKnown(runs.map((run) => evaluationOf(run)?.balancedAccuracy))?.mean ?? -1;
}

/**
 * Settings by their classes and labeled counts, in whatever order they number them; those never
 * evaluated are left out.
 */
export function sameClasses(settings: readonly Setting[]): readonly SameClasses[] {
  const groups = new Map<string, SameClasses & { settings: Setting[] }>();
  for (const setting of settings) {
    const run = setting.runs.find((run) => evaluationOf(run) !== null);
    if (!run) continue;
    const names = classNamesOf(run), labeled = run.split?.counts.labeled ?? names.map(() => 0);
    const counts = names.map((name, c) => `${name} ${labeled[c]}`).sort();
    const key = JSON.stringify([run.split?.dataset, counts]);
    const group = groups.get(key) ?? { settings: [], names, labeled };
    group.settings.push(setting);
    groups.set(key, group);
  }
  return [...groups.values()];
}
