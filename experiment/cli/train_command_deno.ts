import { DeviceLost } from "../../core/autograd/error_watch.ts";
import { BadInput } from "../../core/bad_input.ts";
import { RefusedFile } from "../../core/refused_file.ts";
import { openTrainer } from "../open_trainer.ts";
import { nextLines, tailLines } from "../report/score_words.ts";
import { type EarlierRun, earlierRun } from "../run/earlier_run_deno.ts";
import { missedParts } from "../run/forecast.ts";
import { listenForInterrupt } from "../run/interrupt_deno.ts";
import { type PreparedRun, prepareRun } from "../run/prepare_run_deno.ts";
import { type ProgressDisplay, progressDisplay, tell } from "../run/progress_deno.ts";
import { RunFiles, RunFolder } from "../run/run_folder_deno.ts";
import { hasCheckpoint, hasState } from "../run/checkpoints_deno.ts";
import { requireSameSplit } from "../run/split_run.ts";
import { describeRun, percent, resumeRun, TrainLoop, writeConfig } from "../run/train_loop_deno.ts";
import { readSummary, type RunSummary } from "../run/run_summary_deno.ts";
import { EventLog } from "../tensorboard/event_log_deno.ts";
import { environmentOf } from "./environment_deno.ts";
import { EXIT } from "./exit_codes_deno.ts";
import { openAdapter } from "./open_adapter_deno.ts";
import { type OptionFlags, resolveFlags, resolveFolder } from "./option_layers_deno.ts";
import { userPath } from "./user_files_deno.ts";

/** Flags of `train`. */
export interface TrainFlags extends OptionFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly until?: string;
  readonly tensorboard?: boolean;
}

/** `train`: a new run, or one resumed. */
export async function trainCommand(flags: TrainFlags): Promise<number> {
  if (flags.resume !== undefined) return await resume(flags, userPath(flags.resume));
  const resolved = await resolveFlags(flags);
  const out = flags.out === undefined ? undefined : userPath(flags.out);
  if (out) await RunFolder.requireFree(out);
  const run = await prepareRun(resolved);
  const from = await earlierRun(run);
  if (run.note !== null && !flags.quiet) tell(run.note);
  const path = out ?? await freshName(run);
  return await train({ ...run, from }, flags, path, async (environment) => {
    const folder = out === undefined ? await freshFolder(run) : await RunFolder.create(out);
    await describeRun(folder, run, environment);
    await logEvents(folder, flags);
    return folder;
  });
}

/** Flags that a resumed run may have: it takes all else from its folder. */
const RESUMED = ["resume", "steps", "until", "dataDir", "plugin", "quiet", "tensorboard"];

async function resume(flags: TrainFlags, path: string): Promise<number> {
  const others = Object.keys(flags).filter((flag) => !RESUMED.includes(flag))
    .map((flag) => `--${flag.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`);
  if (others.length > 0) {
    throw new BadInput(
      `--resume takes its options from the run; leave out ${
        others.join(", ")
      } (only --steps, its steps in all, and --data-dir may change)`,
    );
  }
  const folder = await RunFolder.open(path);
  const restored = await hasCheckpoint(path);
  const run = await prepareRun(await resolveFolder(folder, flags), { restored });
  requireSameSplit(await folder.readText("split.json"), run.split, path);
  const from = restored ? null : await earlierRun(run);
  const { steps } = run.resolved.config;
  const summary = await readSummary(folder);
  // A checkpoint behind its summary's was damaged and goes on below.
  if (
    summary?.status === "finished" && summary.steps === steps && await hasState(path, summary.state)
  ) {
    tell(`${path} is finished: ${steps} steps. Give --steps N, the steps in all, to train on`);
    return EXIT.done;
  }
  return await train({ ...run, from }, flags, path, async () => {
    await folder.lock();
    await logEvents(folder, flags);
    return folder;
  });
}

/** Goes on with the events of a run that has some, or begins them if asked to. */
async function logEvents(folder: RunFolder, { tensorboard = false }: TrainFlags): Promise<void> {
  const { path } = folder, config = await folder.readText("config.yaml") ?? "";
  const events = await EventLog.open(path) ??
    (tensorboard ? await EventLog.create(path, config) : null);
  if (events) folder.logAlso(events);
}

async function train(
  run: PreparedRun & { readonly from: EarlierRun | null },
  { quiet = false, resume, until: mark }: TrainFlags,
  path: string,
  open: (environment: object) => Promise<RunFolder>,
): Promise<number> {
  const { config, stack } = run.resolved;
  const until = mark === undefined ? config.steps : untilFlag(mark, config.steps);
  const device = await openAdapter(config.adapter, { quiet });
  const place = { path };
  const trainer = await openTrainer({ ...run, device, config, stack, files: new RunFiles(place) });
  // Before the folder exists, so that a stop in between leaves nothing that needs resuming.
  const interrupt = listenForInterrupt();
  const folder = await open(await environmentOf(device, config.plugins));
  place.path = folder.path;
  let summary: RunSummary, progress: ProgressDisplay | undefined;
  try {
    const seconds = await resumeRun(folder, trainer, run);
    if (until < trainer.done) {
      throw new BadInput(
        `--until is ${until}, but ${path} has done ${trainer.done} steps: give more`,
      );
    }
    if (resume !== undefined) await writeConfig(folder, run); // its horizon may be another one
    if (!quiet) { for (const note of missedParts(run.resolved)) tell(note); }
    progress = progressDisplay(config.steps, trainer.done, { quiet });
    const loop = new TrainLoop({ run, trainer, folder, progress, interrupt, until }, seconds);
    summary = await loop.run();
  } catch (error) {
    // Some options are only found to be impossible when the methods are set up, and what is wrong with a
    // method or a network from outside in the first step. What may be tried again as it is stays.
    const passing = error instanceof RefusedFile || error instanceof DeviceLost;
    if (!passing && trainer.done === 0 && resume === undefined) {
      await folder.remove();
    }
    throw error;
  } finally {
    progress?.stop();
    interrupt.stop();
    folder.unlock();
  }
  device.destroy();
  if (summary.status === "interrupted" && summary.steps === until) {
    tell(`Stopped and saved after ${until} of ${config.steps} steps, as asked`);
    console.log(folder.path);
    return EXIT.done;
  }
  if (summary.status === "interrupted") {
    tell(
      `Interrupted and saved after ${summary.steps} steps. Resume with: deno task train --resume ${folder.path}`,
    );
    return EXIT.interrupted;
  }
  const { evaluation } = summary;
  console.log(
    `${summary.algorithm} on ${summary.dataset}: ${summary.steps} steps in ${
      summary.seconds.toFixed(0)
    } s` +
      (evaluation
        ? `, top-1 ${percent(evaluation.top1)}, balanced accuracy ${
          percent(evaluation.balancedAccuracy)
        } (${evaluation.network} network, last step)`
        : ""),
  );
  const { labeled } = run.split.counts;
  for (const line of tailLines({ ...summary, labeled })) console.log(line);
  console.log(folder.path);
  if (!quiet) { for (const line of nextLines(folder.path, summary.algorithm)) tell(line); }
  return EXIT.done;
}

/** Where to stop before the horizon. */
function untilFlag(text: string, steps: number): number {
  const until = Number(text);
  if (Number.isInteger(until) && until >= 1 && until <= steps) return until;
  throw new BadInput(
    `--until is '${text}': give a whole number from 1 to ${steps}, the run's steps`,
  );
}

/** A folder of the first name that is free, also where others look for one at the same time. */
async function freshFolder(run: PreparedRun): Promise<RunFolder> {
  for (let path = await freshName(run);;) {
    try {
      return await RunFolder.create(path);
    } catch (error) {
      const next = await freshName(run);
      if (next === path) throw error; // nobody was faster: it cannot be made
      path = next;
    }
  }
}

/** `runs/<algorithm>-<dataset>-<date>-<n>`, the first n that is free. */
async function freshName({ resolved: { stack }, dataset }: PreparedRun): Promise<string> {
  const day = new Date().toISOString().slice(0, 10);
  const stem = userPath(`runs/${stack.name}-${dataset.name}-${day}`);
  for (let n = 1;; n++) {
    try {
      await Deno.stat(`${stem}-${n}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return `${stem}-${n}`;
      throw error;
    }
  }
}
