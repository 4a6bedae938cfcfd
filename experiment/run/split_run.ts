import type { Dataset } from "../../datasets/images/dataset.ts";
import { labelPool } from "../../datasets/split/label_pool.ts";
import { makeSplit, resolveSplit } from "../../datasets/split/protocols/make_split.ts";
import { type Split, type SplitOptions, splitShortage } from "../../datasets/split/split.ts";
import type { RunConfig } from "../config/run_config.ts";

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
 * @throws {BadInput} If the protocol is unknown or the data cannot give what was asked.
 */
export function splitRun(
  { seed, split: { protocol, ...settings } }: Pick<RunConfig, "seed" | "split">,
  dataset: Dataset,
): RunSplit {
  const pool = labelPool(dataset);
  const given = Object.fromEntries(
    Object.entries(settings).filter(([, value]) => value !== null),
  ) as Partial<SplitOptions>; // the schema has the same types
  const options = resolveSplit(pool, { protocol, seed, ...given });
  const split = makeSplit(pool, { protocol, ...options });
  return { split, options, note: splitShortage(split, options) };
}
