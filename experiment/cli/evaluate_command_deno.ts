import { rankedClassNames } from "../../datasets/split/split.ts";
import { named } from "../../core/names.ts";
import { requireSameSplit } from "../run/split_run.ts";
import { networkFlag, reportEvaluation } from "../network/network_words.ts";
import { percent } from "../run/train_loop_deno.ts";
import { openRun } from "./open_run_deno.ts";

/** Flags of `evaluate`. */
export interface EvaluateFlags {
  readonly network?: string;
  readonly head?: string;
  readonly json?: boolean;
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
}

/** `evaluate DIR`: the same numbers again from the checkpoint. */
export async function evaluateCommand(dir: string, flags: EvaluateFlags): Promise<void> {
  const { head, json = false } = flags;
  const network = networkFlag(flags.network);
  const { folder, run, trainer, device } = await openRun(dir, flags);
  requireSameSplit(await folder.readText("split.json"), run.split, folder.path);
  if (head !== undefined) named(Object.entries(trainer.network.heads), "head")(head);
  const names = rankedClassNames(run.dataset.classNames, run.split);
  const evaluation = reportEvaluation(
    await trainer.evaluate({
      ...(network ? { network } : {}),
      ...(head ? { head } : {}),
    }),
    names,
  );
  device.destroy();
  if (json) {
    console.log(JSON.stringify(evaluation));
    return;
  }
  console.log(
    `${evaluation.images} test images, ${evaluation.network} network, head ${evaluation.head}, step ${trainer.done}`,
  );
  console.log(`top-1              ${percent(evaluation.top1)}`);
  console.log(`top-5              ${percent(evaluation.top5)}`);
  console.log(`balanced accuracy  ${percent(evaluation.balancedAccuracy)}`);
  for (const group of ["many", "medium", "few"] as const) {
    const value = evaluation[group];
    console.log(`${group.padEnd(19)}${value === null ? "no class" : percent(value)}`);
  }
  console.log("recall by class");
  const width = names.reduce((most, { length }) => Math.max(most, length + 2), 17);
  names.forEach((name, c) => {
    const recall = evaluation.perClassRecall[c];
    console.log(
      `  ${name.padEnd(width)}${
        recall === null || recall === undefined ? "none" : percent(recall)
      }`,
    );
  });
}
