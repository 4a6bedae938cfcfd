import { type Measure, type ScoredSummary, scoreOf, type Spread, spreadOf } from "./scores.ts";

/** A run as a table sees it. */
export interface TabledRun {
  /** Its options by dotted key, the seed among them. */
  readonly options: Readonly<Record<string, unknown>>;
  /** What it came to; null where it has not ended. */
  readonly summary: ScoredSummary | null;
}

/** A number of a published table, in percent. */
export interface PublishedScore {
  /** `top1`, `balanced` (balanced accuracy), `gm` (geometric mean), `ece` or `mce`. */
  readonly metric: string;
  readonly mean: number;
  /** Spread over seeds; null where none is printed. */
  readonly std: number | null;
  /** How many seeds; null where that is not said. */
  readonly seeds: number | null;
  /** Which evaluation counts: `last`, `median20`, `mean20`, `best` on the test set, or `unknown`. */
  readonly rule: string;
  /** Where it was read. */
  readonly source: string;
}

/** Finds the published numbers of a row by its ID; empty if there is none. */
export type FindPublished = (id: string) => readonly PublishedScore[];

/** Runs that differ by nothing but their seeds. */
export interface ResultRow {
  /** One value a key of the table, as text. */
  readonly labels: readonly string[];
  /** One spread a measure, of fractions; null where no run has a score. */
  readonly scores: readonly (Spread | null)[];
  /** The published number of each measure, or null. */
  readonly published: readonly (PublishedScore | null)[];
  /** How many runs have ended. */
  readonly n: number;
}

/** Scores of runs, over seeds. */
export interface ResultTable {
  /** Options by which rows differ. */
  readonly keys: readonly string[];
  readonly measures: readonly Measure[];
  readonly rows: readonly ResultRow[];
}

/** What a table measures unless it is told. */
const MEASURES: readonly Measure[] = [
  { metric: "top1", rule: "last" },
  { metric: "balancedAccuracy", rule: "last" },
];

/** Column of the steps that were done, where runs have stopped at different ones. */
const DONE = "steps done";

/**
 * Sums runs up over their seeds. Runs belong together if all other options are the same. Columns are
 * the algorithm, and every option by which runs of one algorithm differ or that says what it was
 * trained on: what an algorithm brings by itself is said by its name.
 *
 * @param published Where an option `experiment` names a published row, its numbers stand beside ours.
 * @param asked Columns of scores, in this order; by default accuracy, balanced too, of the last
 *   evaluation. Those that published numbers have follow.
 */
export function resultTable(
  runs: readonly TabledRun[],
  { published = () => [], measures: asked = MEASURES }: {
    readonly published?: FindPublished;
    readonly measures?: readonly Measure[];
  } = {},
): ResultTable {
  const groups = [...Map.groupBy(runs, ({ options }) => identity(options)).values()];
  const heads = groups.map((group) => group[0]!); // no group is empty
  const keys = columns(heads.map(({ options }) => options));
  const numbers = heads.map(({ options: { experiment } }) =>
    typeof experiment === "string" ? published(experiment) : []
  );
  const measures = distinct([...asked, ...numbers.flat()]);
  const steps = groups.map(stepsOf);
  const uneven = new Set(steps).size > 1 && !keys.includes("steps");
  return {
    keys: uneven ? [...keys, DONE] : keys,
    measures,
    rows: groups.map((group, g) => {
      const ended = group.flatMap(({ summary }) => summary ? [summary] : []);
      const labels = keys.map((key) => words(heads[g]!.options[key])); // one head a group
      return {
        labels: uneven ? [...labels, steps[g]!] : labels,
        scores: measures.map((measure) =>
          spreadOf(ended.map((summary) => scoreOf(summary, measure)).filter((s) => s !== null))
        ),
        published: measures.map((measure) => numbers[g]!.find((n) => same(n, measure)) ?? null),
        n: ended.length,
      };
    }),
  };
}

/** Everything but the seed. */
function identity(options: TabledRun["options"]): string {
  const rest = Object.entries(options).filter(([key]) => key !== "seed");
  return JSON.stringify(rest.toSorted(([a], [b]) => a < b ? -1 : 1));
}

/** Options that are columns wherever they differ. */
const ALWAYS = ["experiment", "recipe", "dataset", "dataDir", "model"];

function columns(options: readonly TabledRun["options"][]): string[] {
  const differs = (among: readonly TabledRun["options"][], key: string) =>
    new Set(among.map((one) => JSON.stringify(one[key]))).size > 1;
  const kin = [...Map.groupBy(options, ({ algorithm }) => algorithm).values()];
  const keys = [...new Set(options.flatMap(Object.keys))]
    .filter((key) => !["seed", "algorithm"].includes(key))
    .filter((key) =>
      ALWAYS.includes(key) ? differs(options, key) : kin.some((group) => differs(group, key))
    );
  return ["algorithm", ...keys];
}

function distinct(measures: readonly Measure[]): Measure[] {
  const found: Measure[] = [];
  for (const { metric, rule } of measures) {
    if (!found.some((other) => same(other, { metric, rule }))) found.push({ metric, rule });
  }
  return found;
}

function same(a: Measure, b: Measure): boolean {
  return a.metric === b.metric && a.rule === b.rule;
}

function stepsOf(group: readonly TabledRun[]): string {
  const steps = group.flatMap(({ summary }) => summary ? [summary.steps] : []);
  if (steps.length === 0) return "";
  const [least, most] = [Math.min(...steps), Math.max(...steps)];
  return least === most ? String(most) : `${least}–${most}`;
}

function words(value: unknown): string {
  if (value === undefined || value === null) return "–";
  return typeof value === "string" ? value : JSON.stringify(value);
}
