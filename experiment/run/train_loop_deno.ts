import { stringify } from "yaml";
import { formatSplit } from "../../datasets/split/split_json.ts";
import { rankedClassNames } from "../../datasets/split/split.ts";
import type { Device } from "../../core/autograd/device.ts";
import { BadInput } from "../../core/bad_input.ts";
import { RefusedFile } from "../../core/refused_file.ts";
import type { Stored } from "../../core/safetensors.ts";
import { saveTrainer } from "../../core/training/checkpoint.ts";
import { Diverged } from "../../core/training/diverged.ts";
import { SlotFailed } from "../../core/training/plugin/slot_failed.ts";
import type { Evaluation } from "../../core/training/evaluate.ts";
import { imagesOfStep } from "../../core/training/step/step_images.ts";
import type { LogRow, Trainer } from "../../core/training/trainer.ts";
import type { RunModel } from "../network/model_card.ts";
import { preparationOf } from "../network/preparation.ts";
import { identityOf, restoreCheckpoint, saveBest, saveCheckpoint } from "./checkpoints_deno.ts";
import { type BestEvaluation, bestOf, evaluationHistory, isBetter } from "./evaluation_history.ts";
import type { Interrupt } from "./interrupt_deno.ts";
import { type ReportedEvaluation, reportEvaluation } from "../network/network_words.ts";
import type { PreparedRun } from "./prepare_run_deno.ts";
import { longRun } from "./forecast.ts";
import { type ProgressDisplay, tell } from "./progress_deno.ts";
import type { RunFolder } from "./run_folder_deno.ts";
import type { RunSummary } from "./run_summary_deno.ts";

/** Seconds from which on a step is so slow that two of them tell enough. */
const SLOW = 5;

/** What {@linkcode TrainLoop} works with. */
export interface TrainRun {
  readonly run: PreparedRun;
  readonly trainer: Trainer;
  readonly folder: RunFolder;
  readonly progress: ProgressDisplay;
  readonly interrupt: Interrupt;
  /** Steps done at its end, if that is before the horizon. */
  readonly until?: number;
}

/** Writes the files that describe a run before its first step. */
export async function describeRun(
  folder: RunFolder,
  run: PreparedRun,
  environment: object,
): Promise<void> {
  const { dataset, split, views } = run;
  const classNames = rankedClassNames(dataset.classNames, split);
  const known: RunModel = { classNames, preparation: preparationOf(dataset, views.identity) };
  await folder.writeText("model.json", `${JSON.stringify(known, null, 2)}\n`);
  await folder.writeText("split.json", formatSplit(split, classNames));
  await folder.writeText("environment.json", `${JSON.stringify(environment, null, 2)}\n`);
  // Last, since its being there is what makes a folder a run that can be resumed.
  await writeConfig(folder, run);
}

/** The schema of all options, of this version: a file of the checkout, or an address of the package. */
const SCHEMA = new URL("../../docs/config.schema.json", import.meta.url).href;

/** Writes every option of a run into its folder, with a line by which editors know what they may be. */
export async function writeConfig(folder: RunFolder, { all }: PreparedRun): Promise<void> {
  const known = `# yaml-language-server: $schema=${SCHEMA}\n`;
  await folder.writeText("config.yaml", `${known}${stringify(all)}`);
}

/**
 * Restores the last sound checkpoint, if there is one.
 *
 * @returns Seconds of training before it.
 * @throws {BadInput} If none can be restored, or it lies past the new horizon.
 */
export async function resumeRun(
  folder: RunFolder,
  trainer: Trainer,
  run: PreparedRun,
): Promise<number> {
  const found = await restoreCheckpoint(folder.path, trainer, { run, say: tell });
  const { steps } = run.resolved.config;
  if (steps < trainer.done) {
    throw new BadInput(
      `steps is ${steps}, but ${folder.path} has done ${trainer.done}: give at least ${trainer.done}`,
    );
  }
  await folder.truncateLog(trainer.done);
  return found?.seconds ?? 0;
}

/** Trains from where the trainer is to its last step, writing the run folder as it goes. */
export class TrainLoop {
  readonly #o: TrainRun;
  readonly #device: Device;
  /** Seconds of training before this process. */
  readonly #before: number;
  readonly #started = performance.now();
  readonly #startStep: number;
  #lastRow: LogRow | null = null;
  #lastEvaluation: ReportedEvaluation | null = null;
  #lastValidation: ReportedEvaluation | null = null;
  #best: BestEvaluation | null = null;
  #evaluatedAt = -1;
  #rowAt = performance.now();
  /** When the first step of this process was through, and whether it was said what one takes. */
  #paceFrom = 0;
  #paced = false;
  #rowStep: number;
  #savedStep: number;

  constructor(options: TrainRun, secondsBefore: number) {
    this.#o = options;
    this.#device = options.trainer.device;
    this.#before = secondsBefore;
    this.#startStep = this.#rowStep = this.#savedStep = options.trainer.done;
  }

  /**
   * Runs to the end, or until interrupted; writes checkpoint and summary.
   *
   * @throws {Diverged} If something is not finite; checkpoints that are stay.
   * @throws {RefusedFile} If a file cannot be written; says how to go on.
   * @throws {SlotFailed} If a method fails; says how to go on once there was a step.
   */
  async run(): Promise<RunSummary> {
    try {
      return await this.#run();
    } catch (error) {
      const { folder: { path }, trainer, run } = this.#o, step = this.#savedStep;
      if (error instanceof Diverged && step > 0) {
        error.message += `; the last checkpoint in ${path}, of step ${step}, is finite`;
      }
      const [plugin] = run.resolved.config.plugins;
      if (error instanceof Diverged && plugin !== undefined) {
        error.message +=
          `; \`plugin check ${plugin}\` finds options that a method reads by a wrong name`;
      }
      const ofMethod = error instanceof SlotFailed && trainer.done > 0;
      if (error instanceof RefusedFile || ofMethod) {
        const saved = step > 0 ? `the last checkpoint is of step ${step}` : "no step was saved yet";
        error.message += `; ${saved}: mend it, then go on with train --resume ${path}`;
      }
      throw error;
    }
  }

  async #run(): Promise<RunSummary> {
    const { trainer, interrupt, progress, run: { resolved: { config } } } = this.#o;
    const { steps } = config, { until = steps } = this.#o;
    this.#best = bestOf(await this.#o.folder.readText("log.jsonl") ?? "");
    await trainer.run({
      until,
      signal: interrupt.signal,
      onStep: async (done) => {
        progress.step(done);
        await this.#sayPace();
        if (done % config.logEvery === 0 || done === steps) await this.#log();
        if (done % config.evaluateEvery === 0 || done === steps) await this.#evaluate();
        if (done % config.checkpointEvery === 0 && done < steps) await this.#save();
      },
    });
    // Of a stop on the way the summary has scores, but the log stays that of an undisturbed run.
    if (trainer.done === until && this.#evaluatedAt !== until) await this.#evaluate({ log: false });
    return await this.#finish(trainer.done >= steps ? "finished" : "interrupted");
  }

  /**
   * Says what a step takes once a few have shown it: from the first one of this process on, in which
   * kernels are compiled, to the second or third.
   */
  async #sayPace(): Promise<void> {
    const { trainer: { done, config: { steps } }, progress, run: { resolved } } = this.#o;
    const taken = done - this.#startStep;
    if (this.#paced || taken > 3) return;
    await this.#device.idle();
    const now = performance.now();
    if (taken === 1) this.#paceFrom = now;
    if (taken === 1 || done === steps) return;
    const secondsPerStep = (now - this.#paceFrom) / 1000 / (taken - 1), left = steps - done;
    if (taken === 2 && secondsPerStep < SLOW) return; // a third one tells more
    this.#paced = true;
    progress.pace(done, { secondsPerStep, secondsLeft: secondsPerStep * left });
    const { software } = this.#device.adapter;
    const long = longRun(resolved, { secondsPerStep, left, software });
    if (long !== null) progress.say(long);
  }

  get #classNames(): readonly string[] {
    const { dataset, split } = this.#o.run;
    return rankedClassNames(dataset.classNames, split);
  }

  get #seconds(): number {
    return this.#before + (performance.now() - this.#started) / 1000;
  }

  #imagesOfSteps(steps: number): number {
    const { trainer: { needs, config } } = this.#o;
    return steps * imagesOfStep(needs, config);
  }

  async #log(): Promise<void> {
    const { trainer, folder, progress } = this.#o;
    const row = await trainer.drain();
    const now = performance.now();
    const imagesPerSecond = this.#imagesOfSteps(trainer.done - this.#rowStep) /
      ((now - this.#rowAt) / 1000);
    this.#rowAt = now;
    this.#rowStep = trainer.done;
    this.#lastRow = row;
    const { step, epoch, ...rest } = row;
    await folder.log({ step, epoch, seconds: round(this.#seconds), ...rest, imagesPerSecond });
    const secondsPerStep = (now - this.#started) / 1000 / (trainer.done - this.#startStep);
    const secondsLeft = secondsPerStep * (trainer.config.steps - trainer.done);
    progress.row({ ...row, imagesPerSecond }, { secondsPerStep, secondsLeft });
  }

  async #evaluate({ log = true } = {}): Promise<void> {
    const { trainer, folder, progress } = this.#o;
    const { run: { split, resolved: { config } } } = this.#o, step = trainer.done;
    this.#evaluatedAt = step;
    const evaluation = this.#lastEvaluation = split.test.length > 0
      ? this.#report(await trainer.evaluate())
      : null;
    const validation = this.#lastValidation = split.valid.length > 0
      ? this.#report(await trainer.evaluate({ on: "valid" }))
      : null;
    if (!evaluation && !validation) return;
    progress.evaluated((evaluation ?? validation)!.balancedAccuracy); // there is one
    const scores = { ...evaluation ? { evaluation } : {}, ...validation ? { validation } : {} };
    if (log) await folder.log({ step, ...scores });
    progress.say(
      `step ${step}: ${evaluation ? evaluationWords(evaluation) : "balanced accuracy"}` +
        (validation
          ? `${evaluation ? ", " : " "}${percent(validation.balancedAccuracy)} on validation`
          : ""),
    );
    if (log && validation && isBetter(validation, this.#best?.validation)) {
      this.#best = { rule: "best on validation", step, evaluation, validation };
      if (config.keepBest === "validation") await saveBest(folder.path, await this.#stored());
    }
    this.#rowAt = performance.now();
    this.#rowStep = trainer.done;
  }

  #report(evaluation: Evaluation): ReportedEvaluation {
    return reportEvaluation(evaluation, this.#classNames);
  }

  /** Saves a checkpoint, the log's lines before it; returns its state. */
  async #save(): Promise<string> {
    const { trainer, folder } = this.#o;
    const stored = await this.#stored();
    await folder.syncLog();
    await saveCheckpoint(folder.path, stored);
    this.#savedStep = trainer.done;
    return stored.metadata.state!; // saved trainers have one
  }

  /** The trainer as it is, and whose it is. */
  async #stored(): Promise<Stored> {
    const { trainer, run } = this.#o;
    const { tensors, metadata } = await saveTrainer(trainer);
    const seconds = String(this.#seconds);
    return { tensors, metadata: { ...metadata, ...identityOf(run), seconds } };
  }

  async #finish(status: RunSummary["status"]): Promise<RunSummary> {
    const { trainer, folder, run: { resolved: { config, stack }, dataset, model } } = this.#o;
    const state = await this.#save();
    const seconds = this.#seconds;
    const { name, software } = this.#device.adapter;
    const summary: RunSummary = {
      status,
      algorithm: stack.name,
      dataset: dataset.name,
      model: model.name,
      seed: config.seed,
      steps: trainer.done,
      seconds: round(seconds),
      imagesPerSecond: round(this.#imagesOfSteps(trainer.done) / seconds),
      adapter: { name, software },
      state,
      evaluation: this.#lastEvaluation && { ...this.#lastEvaluation, rule: "last" },
      validation: this.#lastValidation,
      best: this.#best,
      history: evaluationHistory(await folder.readText("log.jsonl") ?? ""),
      pseudoLabels: this.#lastRow?.pseudoLabels ?? null,
      classNames: this.#classNames,
    };
    await folder.writeText("summary.json", `${JSON.stringify(summary, null, 2)}\n`);
    return summary;
  }
}

function evaluationWords({ top1, balancedAccuracy, network, images }: ReportedEvaluation): string {
  return `top-1 ${percent(top1)}, balanced accuracy ${
    percent(balancedAccuracy)
  } (${network}, ${images} test images)`;
}

/** A fraction as people read it: `56.3 %`. */
export function percent(fraction: number): string {
  return `${(100 * fraction).toFixed(1)} %`;
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}
