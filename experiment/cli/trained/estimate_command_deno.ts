import { estimateCounts } from "../../../algorithms/addons/darp/estimate_counts.ts";
import { BadInput } from "../../../core/bad_input.ts";
import { rankedClassNames } from "../../../datasets/split/split.ts";
import { networkFlag, networkWord } from "../../network/network_words.ts";
import { tell } from "../../run/progress_deno.ts";
import { openRun } from "../open_run_deno.ts";

/** Flags of `estimate`. */
export interface EstimateFlags {
  readonly network?: string;
  readonly json?: boolean;
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
}

/**
 * `estimate DIR`: how many unlabeled images of each class there are, as DARP's authors count them: from
 * the predictions, and what the network confuses in labeled images that it has not learned.
 */
export async function estimateCommand(dir: string, flags: EstimateFlags): Promise<void> {
  const network = networkFlag(flags.network) ?? "student";
  const { folder, run, trainer, device } = await openRun(dir, flags);
  const { classes, holdout, valid, unlabeled } = trainer.data;
  if (unlabeled === 0) throw new BadInput(`${folder.path} has no unlabeled images to count`);
  if (holdout + valid === 0) {
    throw new BadInput(
      `${folder.path} has learned all of its labeled images: train a run that holds some of each ` +
        "class out, with split.holdout or split.valid",
    );
  }
  const set = holdout > 0 ? "holdout" : "valid";
  const known = await trainer.predict(set, { network });
  const { logits } = await trainer.predict("unlabeled", { network });
  device.destroy();
  const seen = new Set(known.labels ?? []);
  const missing = Array.from({ length: classes }, (_, c) => c).find((c) => !seen.has(c));
  const names = rankedClassNames(run.dataset.classNames, run.split);
  if (missing !== undefined) {
    throw new BadInput(
      `No ${
        set === "holdout" ? "held-out" : "validation"
      } image of ${folder.path} is of the class ` +
        `'${names[missing]}': hold more images out`,
    );
  }
  const found = estimateCounts({
    heldOut: { logits: known.logits, labels: known.labels! }, // both sets are labeled
    unlabeled: { logits },
    classes,
  });
  if (!found.accepted) {
    tell(
      "The estimate is not to be trusted: a count is negative, or the confusion matrix is nearly " +
        `singular (condition number ${found.condition.toFixed(0)})`,
    );
  }
  if (flags.json) {
    const heldOut = { set, images: known.images };
    console.log(JSON.stringify({ network: networkWord(network), heldOut, ...found }));
    return;
  }
  const width = Math.max(...names.map(({ length }) => length));
  for (const [c, count] of found.counts.entries()) {
    console.log(`${names[c]!.padEnd(width)}  ${count.toFixed(1)}`); // one name a class
  }
}
