import { BadInput } from "../../../core/bad_input.ts";
import { scoreLogits } from "../../../core/training/metrics/evaluation.ts";
import type { Dataset } from "../../../datasets/images/dataset.ts";
import { openDataset } from "../../../datasets/sets/open_dataset_deno.ts";
import { networkWord, type ReportedEvaluation } from "../../network/network_words.ts";
import { readRun } from "../../run/read_run_deno.ts";
import { type ModelFlags, openModel } from "../open_run_deno.ts";
import { userPath } from "../user_files_deno.ts";

/** Which images a network is evaluated on instead of its run's own. */
export interface ElsewhereFlags extends ModelFlags {
  /** Name of the data set. */
  readonly dataset: string;
  readonly dataDir?: string;
}

/** Images that are read at a time. */
const CHUNK = 512;

/**
 * Scores of a run's network on the test images of another data set of the same classes, which may come
 * in another order. Images are brought to the run's size and prepared as its test images were.
 *
 * @throws {BadInput} If the run or the data cannot be opened, or the classes are others.
 */
export async function evaluateElsewhere(
  dir: string,
  { dataset: name, dataDir, ...flags }: ElsewhereFlags,
): Promise<ReportedEvaluation> {
  const { model } = await openModel(dir, flags);
  const { split } = await readRun(userPath(dir));
  const { preparation: { size }, network, head } = model.card;
  const dataset = await openDataset(name, {
    size,
    ...dataDir === undefined ? {} : { dataDir: userPath(dataDir) },
  });
  const labels = labelsIn(model.classNames, dataset);
  const { images } = dataset.test, { length: classes } = model.classNames;
  if (images === 0) throw new BadInput(`The data set '${name}' has no test images`);
  if (!split) throw new BadInput(`${userPath(dir)} has no split.json: train it first`);
  const logits = new Float32Array(images * classes);
  for (let from = 0; from < images; from += CHUNK) {
    const some = Array.from({ length: Math.min(CHUNK, images - from) }, (_, i) => from + i);
    logits.set(await model.logits(await dataset.test.read(some)), from * classes);
  }
  await model.dispose();
  const scores = scoreLogits({ logits, labels, classes, trainCounts: split.counts.labeled });
  return { network: networkWord(network), head, ...scores, classNames: model.classNames };
}

/** Classes of the test images in the run's order; names are compared in one normal form. */
function labelsIn(classNames: readonly string[], { name, classNames: theirs, test }: Dataset) {
  const own = new Map(classNames.map((className, c) => [className.normalize(), c]));
  const missing = classNames.filter((n) => !theirs.some((t) => t.normalize() === n.normalize()));
  const unknown = theirs.filter((t) => !own.has(t.normalize()));
  if (missing.length > 0 || unknown.length > 0) {
    const list = (names: readonly string[]) => names.slice(0, 3).map((n) => `'${n}'`).join(", ");
    throw new BadInput(
      `The data set '${name}' has other classes than the run: ` +
        [
          ...missing.length > 0 ? [`it lacks ${list(missing)}`] : [],
          ...unknown.length > 0 ? [`the run does not know ${list(unknown)}`] : [],
        ].join(", "),
    );
  }
  return Int32Array.from(test.labels ?? [], (label) => own.get(theirs[label]!.normalize())!); // all are known
}
