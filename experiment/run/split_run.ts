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
  SplitRefused,
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
  { config: { seed, split: { protocol: name, testShare, ...settings } }, extensions, whoSet }: Pick<
    Resolved,
    "config" | "extensions" | "whoSet"
  >,
  dataset: Dataset,
): RunSplit {
  const protocol = findProtocol(name, extensions.protocols);
  const pool = labelPool(dataset);
  const given = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== null),
  ) as Partial<SplitOptions>; // the schema has the same types
  const deal = (given: Partial<SplitOptions>) => {
    const options = resolveSplit(pool, { protocol, testShare, seed, ...given });
    const split = makeSplit(pool, { protocol, testShare, ...options });
    requireComplete(split, dataset.classNames);
    return { options, split };
  };
  const { options, split } = orWhatWouldDo(
    deal,
    given,
    (option) => option in given ? whoSet(`split.${option}`) : `protocol ${name}`,
  );
  const notes = [splitShortage(split, options), unevaluated(split)].filter((note) => note !== null);
  return {
    split,
    options: { ...used(protocol, options), ...testShare !== null && { testShare } },
    note: notes.length > 0 ? notes.join("\n") : null,
  };
}

/**
 * Deals images out; where the data set has too few of them, says who asks for so many and what it could
 * give.
 *
 * @param whoAsks Who has set an option.
 */
function orWhatWouldDo<T extends { readonly split: Split }>(
  deal: (given: Partial<SplitOptions>) => T,
  given: Partial<SplitOptions>,
  whoAsks: (option: keyof SplitOptions) => string,
): T {
  try {
    return deal(given);
  } catch (error) {
    if (!(error instanceof SplitRefused)) throw error;
    const { option, value, reason } = error;
    // M1 of a recipe belongs to its N1: with another N1 the split's own rule says what is left.
    const { unlabeledMax: _, ...open } = given;
    const ofRecipe = whoAsks("unlabeledMax").startsWith("the recipe of");
    const base = option === "labeledMax" && ofRecipe ? open : given;
    const balance = (n: number, balanced: boolean) => {
      try {
        const { split: { labeled, unlabeled } } = deal({ ...base, [option]: n });
        return balanced && unlabeled.length < labeled.length ? "too many" : "enough";
      } catch (other) {
        // A tail as steep as this one needs more labeled images.
        const few = other instanceof SplitRefused && other.option === "gammaLabeled";
        return few ? "too few" : "too many";
      }
    };
    // As many unlabeled images as labeled ones, where the protocol has any.
    const most = option === "gammaLabeled" ? 0 : largest(value - 1, (n) => balance(n, true)) ||
      largest(value - 1, (n) => balance(n, false));
    throw new BadInput(
      `split.${option} is ${value} (${whoAsks(option)}), which ${reason}` +
        (most === 0 ? "" : `; --set split.${option}=${most} would do`),
    );
  }
}

/** The largest number from 1 to `most` that is enough and not too many; 0 if there is none. */
function largest(most: number, of: (n: number) => "too few" | "enough" | "too many"): number {
  let low = 1, high = Math.floor(most), found = 0;
  while (low <= high) {
    const middle = Math.floor((low + high) / 2), is = of(middle);
    if (is === "enough") found = middle;
    if (is === "too many") high = middle - 1;
    else low = middle + 1;
  }
  return found;
}

/** Options that a natural tail, of which a share is labeled, has no use for. */
const OF_TAILS: readonly string[] = [
  "labeledMax",
  "unlabeledMax",
  "gammaLabeled",
  "gammaUnlabeled",
  "unlabeledCounts",
];

function used({ uses }: Protocol, options: SplitOptions): Partial<SplitOptions> {
  const natural = options.labeledShare !== null;
  const keys: readonly string[] = uses?.(options) ??
    Object.keys(options).filter((key) => !(natural && OF_TAILS.includes(key)));
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
