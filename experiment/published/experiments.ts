import { BadInput } from "../../core/bad_input.ts";
import { didYouMean } from "../../core/names.ts";
import { type Layer, objectLayer } from "../config/layers.ts";
import type { PublishedScore } from "../tables/result_table.ts";
import acr from "./tables/acr.json" with { type: "json" };
import adello from "./tables/adello.json" with { type: "json" };
import balpoe from "./tables/balpoe.json" with { type: "json" };
import ccl from "./tables/ccl.json" with { type: "json" };
import cdmad from "./tables/cdmad.json" with { type: "json" };
import cossl from "./tables/cossl.json" with { type: "json" };
import cpe from "./tables/cpe.json" with { type: "json" };
import daso from "./tables/daso.json" with { type: "json" };
import seval from "./tables/seval.json" with { type: "json" };
import simpro from "./tables/simpro.json" with { type: "json" };
import usb from "./tables/usb.json" with { type: "json" };

/** A published number, and what it was measured on. */
export interface PublishedCell extends PublishedScore {
  /** Shifted test set; the data set's own if not given. */
  readonly test?: string;
  /** Whether the class shares of the test images were known to the evaluation. */
  readonly prior?: boolean;
  readonly note?: string;
}

/** A row of a published table that the toolkit can train: one configuration, whatever the seed. */
export interface Experiment {
  readonly id: string;
  /** Whose table: a system of the toolkit, or a later one that has run its methods. */
  readonly system: string;
  readonly table: string;
  /** A base and its add-ons. */
  readonly stack: string;
  /** Whose settings it is trained with. */
  readonly recipe: string;
  readonly dataset: string;
  /** What else makes the row, by dotted key. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly published: readonly PublishedCell[];
}

/** A table as its file has it: what is said of it holds for all rows and cells that say nothing else. */
interface Table extends Pick<PublishedCell, "rule" | "seeds" | "source"> {
  readonly table: string;
  readonly recipe: string;
  readonly rows: readonly (
    & Pick<Experiment, "id" | "stack" | "dataset" | "options">
    & { readonly recipe?: string; readonly published: readonly Cell[] }
  )[];
}

type Cell = Pick<PublishedCell, "metric" | "mean"> & Partial<PublishedCell>;

// Their types are those of the rows that happen to be in them.
const TABLES = {
  daso,
  seval,
  cossl,
  adello,
  simpro,
  acr,
  balpoe,
  usb,
  cpe,
  cdmad,
  ccl,
} as unknown as Readonly<Record<string, readonly Table[]>>;

/** Every row, by table and ID. */
export const experiments: readonly Experiment[] = Object.entries(TABLES).flatMap((
  [system, tables],
) =>
  tables.flatMap(({ table, rows, ...shared }) =>
    rows.map((row) => ({
      id: row.id,
      system,
      table,
      stack: row.stack,
      recipe: row.recipe ?? shared.recipe,
      dataset: row.dataset,
      options: row.options,
      published: row.published.map((cell) => ({
        metric: cell.metric,
        mean: cell.mean,
        std: cell.std ?? null,
        seeds: cell.seeds === undefined ? shared.seeds : cell.seeds,
        rule: cell.rule ?? shared.rule,
        source: cell.source ?? shared.source,
        ...cell.test !== undefined && { test: cell.test },
        ...cell.prior !== undefined && { prior: cell.prior },
        ...cell.note !== undefined && { note: cell.note },
      })),
    }))
  )
);

const byId = new Map(experiments.map((experiment) => [experiment.id, experiment]));

/**
 * The row of an ID.
 *
 * @throws {BadInput} If there is none; names the nearest.
 */
export function findExperiment(id: string): Experiment {
  const found = byId.get(id);
  if (found) return found;
  const [near, ...more] = [...byId.keys()].filter((known) => known.startsWith(id));
  const others = more.length > 0 ? ` or one of the ${more.length} others that begin so` : "";
  const hint = near ? `; did you mean '${near}'${others}?` : didYouMean(id, [...byId.keys()]);
  throw new BadInput(`There is no experiment '${id}'${hint} See \`list experiments\``);
}

/**
 * Rows by ID or glob: `*` stands for any text, `?` for a character.
 *
 * @throws {BadInput} If there is none.
 */
export function matchExperiments(pattern: string): readonly Experiment[] {
  if (!/[*?]/.test(pattern)) return [findExperiment(pattern)];
  const source = pattern.replaceAll(/[.+^${}()|[\]\\]/g, "\\$&")
    .replaceAll("*", ".*").replaceAll("?", ".");
  const glob = new RegExp(`^${source}$`);
  const found = experiments.filter(({ id }) => glob.test(id));
  if (found.length > 0) return found;
  throw new BadInput(`No experiment is called '${pattern}': see \`list experiments\``);
}

/**
 * The numbers of a row on its own test images, for tables; none where there is no such row. What was
 * measured on shifted test images, or knowing their class shares, is no number of a run's own.
 */
export function publishedScores(id: string): readonly PublishedCell[] {
  return (byId.get(id)?.published ?? []).filter(({ test, prior }) => !test && !prior);
}

/** All that a row sets, to be laid under what the user says. */
export function experimentLayer({ id, stack, recipe, dataset, options }: Experiment): Layer {
  const all = { experiment: id, algorithm: stack, recipe, dataset, ...options };
  return objectLayer(all, `the experiment ${id}`);
}
