import { formatSplit } from "../../datasets/split/split_json.ts";
import type { Split } from "../../datasets/split/split.ts";
import { BadInput } from "../../core/bad_input.ts";

/**
 * Refuses to go on with a run whose images are not those that it began with.
 *
 * @param written The run's `split.json`; undefined where it has none.
 * @param split What its options give now.
 * @param path Folder of the run.
 * @throws {BadInput} If they differ.
 */
export function requireSameSplit(written: string | undefined, split: Split, path: string): void {
  if (written === undefined || written.trimEnd() === formatSplit(split)) return;
  const what = written.includes(`"fingerprint":"${split.fingerprint}"`)
    ? "its images are dealt out otherwise now"
    : `the data set '${split.dataset}' has changed since`;
  throw new BadInput(
    `The run ${path} began with other images (split.json): ${what}; bring them back as they were, ` +
      "or start a new run",
  );
}
