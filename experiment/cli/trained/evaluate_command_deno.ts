import { BadInput } from "../../../core/bad_input.ts";
import { named } from "../../../core/names.ts";
import { type EvaluationLogits, scoreEvaluation } from "../../../core/training/evaluate.ts";
import { rankedClassNames } from "../../../datasets/split/split.ts";
import { predictionTable } from "../../evaluation/prediction_table.ts";
import { shiftedScores, SHIFTS, type ShiftScores } from "../../evaluation/shifted_scores.ts";
import { adjustToPrior, namedPrior, parsePrior, priorName } from "../../evaluation/test_prior.ts";
import {
  networkFlag,
  type ReportedEvaluation,
  reportEvaluation,
} from "../../network/network_words.ts";
import { groupLines } from "../../report/score_words.ts";
import { readRun } from "../../run/read_run_deno.ts";
import { percent } from "../../run/train_loop_deno.ts";
import { evaluateElsewhere } from "./evaluate_elsewhere_deno.ts";
import { type OpenedWeights, openRun, openWeights } from "../open_run_deno.ts";
import type { OptionFlags } from "../option_layers_deno.ts";
import { readUserText, userPath, writeUserFile } from "../user_files_deno.ts";

/** Flags of `evaluate`. */
export interface EvaluateFlags extends OptionFlags {
  /** Weights without a run, as PyTorch names them. */
  readonly weights?: string;
  readonly network?: string;
  readonly head?: string;
  readonly norm?: string;
  readonly on?: string;
  readonly prior?: string;
  readonly shift?: string;
  readonly predictions?: string;
  readonly best?: boolean;
  readonly json?: boolean;
}

/**
 * `evaluate DIR`: the same numbers again from the checkpoint, or others of the same network; with
 * `--dataset` those of another data set's test images, with `--weights FILE` in the place of DIR those
 * of a file of weights.
 */
export async function evaluateCommand(
  dir: string | undefined,
  flags: EvaluateFlags,
): Promise<void> {
  if (dir !== undefined && flags.weights === undefined && flags.dataset !== undefined) {
    return await elsewhere(dir, flags.dataset, flags);
  }
  const { head, shift, json = false } = flags;
  const network = networkFlag(flags.network);
  const norm = choice("norm", flags.norm, ["running", "batch"] as const);
  const on = choice("on", flags.on, ["test", "validation"] as const);
  if (shift !== undefined) named(SHIFTS.map((name) => [name, name]), "shift")(shift);
  const prior = flags.prior === undefined ? undefined : priorName(flags.prior);
  const opened = await open(dir, flags);
  const { run, trainer, device } = opened;
  if (head !== undefined) named(Object.entries(trainer.network.heads), "head")(head);
  if (on === "validation" && run.split.valid.length === 0) {
    throw new BadInput("No images are set aside for validation: see split.valid");
  }
  if (on !== "validation" && run.split.test.length === 0) {
    throw new BadInput("There are no test images: see split.testShare, or give --on validation");
  }
  const raw = await trainer.logits({
    ...(network ? { network } : {}),
    ...(head ? { head } : {}),
    ...(norm ? { norm } : {}),
    ...(on === "validation" ? { on: "valid" } : {}),
  });
  // A set of its own shares is adjusted to in each shifted set.
  const own = shift !== undefined && prior === "test";
  const logits = flags.prior === undefined || own ? raw : await adjusted(raw, flags.prior, opened);
  const shifted = shift === undefined ? undefined : shiftedScores(shift, {
    ...logits,
    trainCounts: trainer.data.counts,
    adjust: own,
  });
  const names = rankedClassNames(run.dataset.classNames, run.split);
  const evaluation = reportEvaluation(scoreEvaluation(logits, trainer.data.counts), names);
  if (flags.predictions !== undefined) {
    const { split } = run;
    const indices = on === "validation" ? split.valid : split.test;
    const path = userPath(flags.predictions);
    if (!/\.csv$/i.test(path)) {
      throw new BadInput(`Predictions are CSV, not ${path}: give FILE.csv`);
    }
    await writeUserFile(path, predictionTable({ ...logits, indices }));
  }
  device.destroy();
  if (json) {
    const to = flags.prior === undefined ? {} : { prior: flags.prior };
    const report = { step: trainer.done, ...to, ...evaluation };
    console.log(JSON.stringify(shifted ? { ...report, shift: shifted } : report));
    return;
  }
  const images = on === "validation" ? "validation images" : "test images";
  console.log(
    `${evaluation.images} ${images}, ${evaluation.network} network, head ${evaluation.head}, step ${trainer.done}` +
      (flags.prior === undefined ? "" : `, adjusted to the prior '${flags.prior}'`),
  );
  if (shifted) printShift(shifted);
  else printEvaluation(evaluation, names, dir === undefined ? undefined : trainer.data.counts);
}

/** Flags that are of a run's own images and heads. */
const OWN = ["head", "norm", "on", "prior", "shift", "predictions", "best"] as const;

async function elsewhere(dir: string, dataset: string, flags: EvaluateFlags): Promise<void> {
  const own = [...OWN, ...OPTIONS].filter((flag) => flags[flag] !== undefined);
  if (own.length > 0) {
    throw new BadInput(
      `On another data set evaluate gives its scores alone: leave out ${
        own.map((f) => `--${f}`).join(", ")
      }`,
    );
  }
  const { network, plugin, quiet, dataDir, json = false } = flags;
  const evaluation = await evaluateElsewhere(dir, {
    dataset,
    ...network === undefined ? {} : { network },
    ...plugin === undefined ? {} : { plugin },
    ...quiet === undefined ? {} : { quiet },
    ...dataDir === undefined ? {} : { dataDir },
  });
  if (json) {
    console.log(JSON.stringify({ dataset, ...evaluation }));
    return;
  }
  const { images, head } = evaluation;
  console.log(`${images} test images of ${dataset}, ${evaluation.network} network, head ${head}`);
  const { split } = await readRun(userPath(dir));
  printEvaluation(evaluation, evaluation.classNames, split?.counts.labeled);
}

/** Flags that say options of a run, which a run's folder says itself. */
const OPTIONS = ["config", "algorithm", "model", "protocol", "set"] as const;

async function open(dir: string | undefined, flags: EvaluateFlags): Promise<OpenedWeights> {
  const { weights } = flags;
  if (weights !== undefined && dir === undefined) return await openWeights(weights, flags);
  if (weights !== undefined || dir === undefined) {
    throw new BadInput("evaluate takes the folder of a run, or --weights FILE.safetensors");
  }
  const said = OPTIONS.filter((flag) => flags[flag] !== undefined);
  if (said.length === 0) return await openRun(dir, flags);
  throw new BadInput(
    `A run's folder says its options itself: leave out ${said.map((f) => `--${f}`).join(", ")}`,
  );
}

function choice<T extends string>(
  flag: string,
  given: string | undefined,
  choices: readonly T[],
): T | undefined {
  const found = choices.find((name) => name === given);
  if (given === undefined || found !== undefined) return found;
  throw new BadInput(`--${flag} is '${given}': give ${choices.join(" or ")}`);
}

/** Logits that are adjusted to the prior of a name, or of a file. */
async function adjusted(
  logits: EvaluationLogits,
  prior: string,
  { run, trainer }: OpenedWeights,
): Promise<EvaluationLogits> {
  const names = rankedClassNames(run.dataset.classNames, run.split);
  const name = priorName(prior);
  const testCounts = new Array<number>(logits.classes).fill(0);
  for (const label of logits.labels) testCounts[label]!++; // labels are classes
  const shares = name === null
    ? parsePrior(await readUserText(prior), names, prior)
    : await namedPrior(name, { trainer, testCounts });
  return { ...logits, logits: Float32Array.from(adjustToPrior(logits.logits, shares)) };
}

/**
 * Prints scores for people.
 *
 * @param labeled Labeled images of each class; undefined where nobody knows.
 */
function printEvaluation(
  evaluation: ReportedEvaluation,
  names: readonly string[],
  labeled: readonly number[] | undefined,
): void {
  const rows: [string, number | null][] = [
    ["top-1", evaluation.top1],
    // Of five classes the true one is always among the five.
    ...names.length > 5 ? [["top-5", evaluation.top5] as [string, number]] : [],
    ["balanced accuracy", evaluation.balancedAccuracy],
    ["macro F1", evaluation.macroF1],
    ["geometric mean", evaluation.geometricMean],
    ["ECE, 15 bins", evaluation.calibration.ece],
    ["MCE", evaluation.calibration.mce],
  ];
  for (const [name, value] of rows) {
    console.log(`${name.padEnd(19)}${value === null ? "none" : percent(value)}`);
  }
  console.log(`${"loss".padEnd(19)}${evaluation.loss.toFixed(3)}`);
  for (const line of labeled ? groupLines(evaluation, labeled) : []) console.log(line);
  console.log(`recall by class${labeled ? ", with its labeled images" : ""}`);
  const width = names.reduce((most, { length }) => Math.max(most, length + 2), 17);
  names.forEach((name, c) => {
    const recall = evaluation.perClassRecall[c] ?? null;
    const shown = (recall === null ? "none" : percent(recall)).padEnd(9);
    console.log(`  ${name.padEnd(width)}${labeled ? `${shown}${labeled[c]}` : shown.trimEnd()}`);
  });
}

function printShift({ shift, rows }: ShiftScores): void {
  console.log(
    `${shift.padEnd(14)}${"images".padStart(8)}${"top-1".padStart(9)}${"balanced".padStart(10)}`,
  );
  for (const { name, images, top1, balancedAccuracy } of rows) {
    console.log(
      name.padEnd(14) + String(images).padStart(8) + percent(top1).padStart(9) +
        percent(balancedAccuracy).padStart(10),
    );
  }
}
