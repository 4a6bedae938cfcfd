import { lookOf, swatch } from "./chart.ts";
import { duration, NOTHING, number, percent, plural, whole } from "./format.ts";
import { Markup, markup } from "./markup.ts";
import {
  differingOptions,
  evaluationOf,
  type NamedRun,
  type SeedSpread,
  type Setting,
  spreadOfKnown,
} from "./settings.ts";

/** A cell; what it is sorted by is its value, else its text. */
export interface Cell {
  readonly text: string | Markup;
  readonly value?: number | null;
}

/** A table that a reader can sort by each of its columns. */
export interface SortedTable {
  /** What it is called for those who do not see it. */
  readonly label: string;
  readonly columns: readonly { readonly title: string | Markup; readonly number?: boolean }[];
  readonly rows: readonly (readonly Cell[])[];
}

/** A table whose first column names the rows; wide ones scroll in a frame of their own. */
export function sortedTable({ label, columns, rows }: SortedTable): Markup {
  const kind = (c: number) => columns[c]?.number ? new Markup(' class="number"') : null;
  const heads = columns.map(({ title }, c) => markup`<th scope="col"${kind(c)}>${title}</th>`);
  const cell = ({ text, value }: Cell, c: number) => {
    const by = value === undefined ? null : markup` data-value="${value === null ? "" : value}"`;
    return c === 0
      ? markup`<th scope="row"${by}>${text}</th>`
      : markup`<td${kind(c)}${by}>${text}</td>`;
  };
  return markup`<div class="frame" role="region" tabindex="0" aria-label="${label}">
<table class="sorted">
<thead><tr>${heads}</tr></thead>
<tbody>${
    rows.map((row) =>
      markup`<tr>${row.map(cell)}</tr>
`
    )
  }</tbody>
</table>
</div>
`;
}

/** Its line and name. */
export function settingLabel(setting: Setting): Markup {
  return markup`<span class="setting">${swatch(lookOf(setting))}${setting.name}</span>`;
}

/** What a run was made of: columns where runs differ, else a sentence. */
const MADE_OF: readonly (readonly [string, (run: NamedRun) => string])[] = [
  ["Data", ({ summary, config }) => summary?.dataset ?? String(config.dataset)],
  ["Model", ({ summary, config }) => summary?.model ?? String(config.model)],
  ["Adapter", ({ summary }) => summary?.adapter.name ?? NOTHING],
];

/** What was run, a row a run. */
export function runsTable(settings: readonly Setting[]): Markup {
  const all = settings.flatMap((setting) => setting.runs.map((run) => ({ run, setting })));
  const same = MADE_OF.filter(([, of]) => new Set(all.map(({ run }) => of(run))).size === 1);
  const apart = MADE_OF.filter((one) => !same.includes(one));
  const table = sortedTable({
    label: "Runs",
    columns: [
      { title: "Run" },
      { title: "Setting" },
      { title: "Balanced acc.", number: true },
      { title: "Top-1", number: true },
      { title: "Many", number: true },
      { title: "Medium", number: true },
      { title: "Few", number: true },
      { title: "ECE", number: true },
      { title: "Seed", number: true },
      { title: "Steps", number: true },
      { title: "Time", number: true },
      { title: "Status" },
      ...apart.map(([title]) => ({ title })),
      { title: "State" },
    ],
    rows: all.map(({ run, setting }) => runRow(run, setting, apart.map(([, of]) => of(run)))),
  });
  const first = all[0]!.run; // a report is of one run at least
  const words = same.map(([title, of]) =>
    markup`<div><dt>${title}</dt><dd>${of(first)}</dd></div>`
  );
  return markup`<dl class="facts">${words}</dl>${table}`;
}

function runRow(run: NamedRun, setting: Setting, madeOf: readonly string[]): readonly Cell[] {
  const { summary, config, rows } = run, evaluation = evaluationOf(run);
  const last = rows[rows.length - 1];
  const share = (value: number | null | undefined) => ({
    text: percent(value),
    value: value ?? null,
  });
  const steps = summary?.steps ?? last?.step ?? 0, seconds = summary?.seconds ?? last?.seconds;
  const seed = Number(summary?.seed ?? config.seed);
  return [
    { text: run.name },
    { text: settingLabel(setting), value: setting.index },
    share(evaluation?.balancedAccuracy),
    share(evaluation?.top1),
    share(evaluation?.many),
    share(evaluation?.medium),
    share(evaluation?.few),
    share(evaluation?.calibration?.ece),
    { text: String(seed), value: seed },
    { text: whole(steps), value: steps },
    { text: duration(seconds), value: seconds ?? null },
    { text: summary?.status ?? "not finished" },
    ...madeOf.map((text) => ({ text })),
    {
      text: summary
        ? markup`<code title="${summary.state}">${summary.state.slice(0, 8)}</code>`
        : NOTHING,
    },
  ];
}

/** Mean ± std over seeds, where a setting has several; else null. */
export function seedsTable(settings: readonly Setting[]): Markup | null {
  if (settings.every(({ runs }) => runs.length < 2)) return null;
  type Pick = (run: NamedRun) => number | null | undefined;
  const columns: readonly (readonly [string, Pick])[] = [
    ["Balanced acc., last", (run) => evaluationOf(run)?.balancedAccuracy],
    ["mean of last 20", (run) => run.summary?.history?.balancedAccuracy.recentMean],
    ["median of last 20", (run) => run.summary?.history?.balancedAccuracy.recentMedian],
    ["best on test", (run) => run.summary?.history?.balancedAccuracy.best],
    ["Top-1, last", (run) => evaluationOf(run)?.top1],
    ["Few, last", (run) => evaluationOf(run)?.few],
    ["ECE, last", (run) => evaluationOf(run)?.calibration?.ece],
  ];
  return sortedTable({
    label: "Mean and standard deviation over seeds",
    columns: [
      { title: "Setting" },
      { title: "Seeds", number: true },
      ...columns.map(([title]) => ({ title, number: true })),
    ],
    rows: settings.map((setting) => [
      { text: settingLabel(setting), value: setting.index },
      { text: String(setting.runs.length), value: setting.runs.length },
      ...columns.map(([, pick]) => {
        const spread = spreadOfKnown(setting.runs.map(pick));
        return { text: plusMinus(spread), value: spread?.mean ?? null };
      }),
    ]),
  });
}

/** `57.4 ± 0.6 %`. */
export function plusMinus(spread: SeedSpread | null): string {
  if (!spread) return NOTHING;
  const { mean, std } = spread;
  return std === null
    ? percent(mean)
    : `${(100 * mean).toFixed(1)} ± ${(100 * std).toFixed(1)}\u00a0%`;
}

/** Options that are not the same in all settings, those of single methods, and those of all. */
export function optionsSection(settings: readonly Setting[]): Markup {
  const keys = [...new Set(settings.flatMap(({ options }) => [...options.keys()]))].sort();
  const differ = differingOptions(settings.map(({ options }) => options));
  const own = differ.filter((key) =>
    new Set(settings.flatMap(({ options }) => options.get(key) ?? [])).size === 1
  );
  const apart = differ.filter((key) => !own.includes(key));
  const table = apart.length === 0
    ? markup`<p>The runs differ in nothing but their seed and where they ran.</p>`
    : sortedTable({
      label: "Options that differ",
      columns: [
        { title: "Option" },
        ...settings.map((setting) => ({ title: settingLabel(setting) })),
      ],
      rows: apart.map((key) => [
        { text: markup`<code>${key}</code>` },
        ...settings.map(({ options }) => ({ text: shown(options.get(key)) })),
      ]),
    });
  const common = keys.filter((key) => !differ.includes(key));
  return markup`${table}${optionList(own, settings, "that only some methods have")}${
    optionList(common, settings, "that all runs share")
  }`;
}

/** Options that have one value wherever they are. */
function optionList(
  keys: readonly string[],
  settings: readonly Setting[],
  which: string,
): Markup | null {
  if (keys.length === 0) return null;
  const value = (key: string) => settings.find(({ options }) => options.has(key))?.options.get(key);
  const pairs = keys.map((key) =>
    markup`<div><dt><code>${key}</code></dt><dd>${shown(value(key))}</dd></div>
`
  );
  return markup`<details><summary>${plural(keys.length, "option")} ${which}</summary>
<dl class="options">${pairs}</dl></details>
`;
}

/** An option's value: numbers as they are read, long lists cut. */
function shown(value: string | undefined): string {
  if (value === undefined || value === "null") return NOTHING;
  const digits = /^-?\d+\.\d{5,}$/.test(value) ? number(Number(value)) : value;
  return digits.length > 60 ? `${digits.slice(0, 59)}…` : digits;
}
