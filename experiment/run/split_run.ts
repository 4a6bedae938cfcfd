import type { Dataset } from "../../datasets/images/dataset.ts";
import { labelPool } from "../../datasets/split/label_pool.ts";
import {
  findProtocol,
  makeSplit,
  resolveSplit,
} from "../../datasets/split/protocols/make_split.ts";
import { BadInput } from "../../core/bad_input.ts";
import { formatSplit, parseSplit } from "../../datasets/split/split_json.ts";
import {
  requireComplete,
  type Split,
  type SplitOptions,
  splitShortage,
} from "../../datasets/split/split.ts";
import type { Resolved } from "../config/resolve.ts";

/** A run's split, and all options that made it. */
export interface RunSplit {
  readonly split: Split;
  readonly options: SplitOptions;
  /** What to tell the user of it, or null. */
  readonly note: string | null;
}

/**
 * Deals a data set out as a run's options say; what they leave open follows from protocol and data.
 *
 * @throws {BadInput} If the protocol is unknown, the data cannot give what was asked, or a class would
 *   have no labeled image.
 */
export function splitRun(
  { config: { seed, split: { protocol: name, ...settings } }, extensions }: Pick<
    Resolved,
    "config" | "extensions"
  >,
  dataset: Dataset,
): RunSplit {
  const protocol = findProtocol(name, extensions.protocols);
  const pool = labelPool(dataset);
  const given = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== null),
  ) as Partial<SplitOptions>; // the schema has the same types
  const options = resolveSplit(pool, { protocol, seed, ...given });
  const split = makeSplit(pool, { protocol, ...options });
  requireComplete(split, dataset.classNames);
  return { split, options, note: splitShortage(split, options) };
}

/**
 * Refuses to go on with a run whose images are not those that it began with.
 *
 * @param written The run's `split.json`; undefined where it has none.
 * @param split What its options give now.
 * @param path Folder of the run.
 * @throws {BadInput} If they differ.
 */
export function requireSameSplit(written: string | undefined, split: Split, path: string): void {
  if (written === undefined || withoutNames(written, path) === formatSplit(split)) return;
  const what = written.includes(`"fingerprint":"${split.fingerprint}"`)
    ? "its images are dealt out otherwise now"
    : `the data set '${split.dataset}' has changed since`;
  throw new BadInput(
    `The run ${path} began with other images (split.json): ${what}; bring them back as they were, ` +
      "or start a new run",
  );
}

/** The text of a `split.json` without the names of its classes. */
function withoutNames(written: string, path: string): string {
  try {
    return formatSplit(parseSplit(written, `${path}/split.json`));
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    throw error;
  }
}
