import type { Dataset } from "../../datasets/images/dataset.ts";
import { labelPool } from "../../datasets/split/label_pool.ts";
import {
  findProtocol,
  type GivenSplit,
  makeSplit,
  resolveSplit,
} from "../../datasets/split/protocols/make_split.ts";
import { BadInput } from "../../core/bad_input.ts";
import { formatSplit, parseSplit } from "../../datasets/split/split_json.ts";
import {
  type Protocol,
  requireComplete,
  type Split,
  type SplitOptions,
  splitShortage,
} from "../../datasets/split/split.ts";
import type { Resolved } from "../config/resolve.ts";

/** A run's split, and all options that made it. */
export interface RunSplit {
  readonly split: Split;
  /** What the split depends on: its protocol may have no use for some. */
  readonly options: Omit<GivenSplit, "protocol">;
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
  { config: { seed, split: { protocol: name, testShare, ...settings } }, extensions }: Pick<
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
  const options = resolveSplit(pool, { protocol, testShare, seed, ...given });
  const split = makeSplit(pool, { protocol, testShare, ...options });
  requireComplete(split, dataset.classNames);
  const notes = [splitShortage(split, options), unevaluated(split)].filter((note) => note !== null);
  return {
    split,
    options: { ...used(protocol, options), ...testShare !== null && { testShare } },
    note: notes.length > 0 ? notes.join("\n") : null,
  };
}

function used({ uses }: Protocol, options: SplitOptions): Partial<SplitOptions> {
  const keys: readonly string[] = uses?.(options) ?? Object.keys(options);
  return Object.fromEntries(Object.entries(options).filter(([key]) => keys.includes(key)));
}

/** What to tell somebody whose run has no test images; null where it has. */
function unevaluated({ test, valid }: Split): string | null {
  if (test.length > 0) return null;
  return valid.length > 0
    ? "Note: there are no test images: the run is evaluated on its validation images alone"
    : "Note: there are no test images: nothing is evaluated";
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
