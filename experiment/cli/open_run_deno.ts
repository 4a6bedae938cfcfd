import type { Device } from "../../core/autograd/device.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { Trainer } from "../../core/training/trainer.ts";
import { openTrainer } from "../open_trainer.ts";
import { hasCheckpoint, restoreCheckpoint, type SoundCheckpoint } from "../run/checkpoints_deno.ts";
import { type PreparedRun, prepareRun } from "../run/prepare_run_deno.ts";
import { tell } from "../run/progress_deno.ts";
import { RunFiles, RunFolder } from "../run/run_folder_deno.ts";
import { requireSameSplit } from "../run/split_run.ts";
import type { Resolved } from "../config/resolve.ts";
import type { TrainedModel } from "../network/trained_model.ts";
import { modelOfRun } from "../run/load_run_deno.ts";
import { networkFlag } from "../network/network_words.ts";
import { readSummary } from "../run/run_summary_deno.ts";
import { openAdapter } from "./open_adapter_deno.ts";
import { type OptionFlags, resolveFlags, resolveFolder } from "./option_layers_deno.ts";
import { userPath } from "./user_files_deno.ts";

/** A run as its last checkpoint left it. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly run: PreparedRun;
  readonly trainer: Trainer;
  /** To be destroyed in the end. */
  readonly device: Device;
  /** SHA-256 over the checkpoint's tensors. */
  readonly state: string;
}

/**
 * Opens a run's folder and restores its last checkpoint.
 *
 * @throws {BadInput} If it is no run, has no checkpoint, or data and checkpoint do not fit.
 */
export async function openRun(
  dir: string,
  { quiet = false, dataDir, plugin, best = false }:
    & Pick<OptionFlags, "quiet" | "dataDir" | "plugin">
    & {
      /** Whether the one that recognised the validation images best is meant. */
      readonly best?: boolean;
    },
): Promise<OpenedRun> {
  const path = userPath(dir);
  const folder = await RunFolder.open(path);
  const resolved = await resolveFolder(folder, {
    ...dataDir ? { dataDir } : {},
    ...plugin ? { plugin } : {},
  });
  if (!await hasCheckpoint(path)) {
    throw new BadInput(`${path} has no checkpoint yet: train it first`);
  }
  const run = await prepareRun(resolved, { restored: true });
  requireSameSplit(await folder.readText("split.json"), run.split, path);
  const { config, stack } = resolved;
  const device = await openAdapter(config.adapter, { quiet });
  const trainer = await openTrainer({
    ...run,
    device,
    config,
    stack,
    files: new RunFiles({ path }),
  });
  const found = await restoreCheckpoint(path, trainer, { run, say: tell, best });
  if (!found) throw new BadInput(`${path} has no checkpoint yet: train it first`);
  if (!best) await requireSummarys(folder, found, trainer.done);
  return { folder, run, trainer, device, state: found.state };
}

/** A network of weights alone, with the images it is to be evaluated on. */
export type OpenedWeights = Pick<OpenedRun, "run" | "trainer" | "device">;

/**
 * Opens a file of weights as a network, and a data set as `train` would with these flags, for labels
 * alone if no method is named.
 *
 * @throws {BadInput} If the flags are not understood, or weights, network and data do not fit.
 */
export async function openWeights(file: string, flags: OptionFlags): Promise<OpenedWeights> {
  const { algorithm = "supervised", set = [], quiet = false } = flags;
  const resolved = await resolveFlags({
    ...flags,
    algorithm,
    set: [...set, `weights=${JSON.stringify(userPath(file))}`],
  });
  const run = await prepareRun(resolved);
  const { config, stack } = resolved;
  const device = await openAdapter(config.adapter, { quiet });
  return { run, device, trainer: await openTrainer({ ...run, device, config, stack }) };
}

/**
 * Refuses a checkpoint that is not the one that the run's summary speaks of. A run that trains on after
 * its summary was written has a later one.
 *
 * @throws {BadInput} If it is an earlier one, or another of the same step.
 */
async function requireSummarys(
  folder: RunFolder,
  { path, state }: Pick<SoundCheckpoint, "path" | "state">,
  done: number,
): Promise<void> {
  const summary = await readSummary(folder);
  if (!summary || summary.steps < done || summary.state === state) return;
  throw new BadInput(
    `${path} is of step ${done}, but summary.json is of step ${summary.steps} and another state: ` +
      `train --resume ${folder.path} makes the missing steps again`,
  );
}

/** A run's trained network and what else its folder says. */
export interface OpenedModel {
  readonly folder: RunFolder;
  readonly resolved: Resolved;
  /** To be disposed in the end. */
  readonly model: TrainedModel;
}

/** Flags of commands that use a run's network. */
export interface ModelFlags {
  readonly network?: string;
  /** Whether the network that recognised the validation images best is meant. */
  readonly best?: boolean;
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
}

/**
 * The trained network of the run that a user names; none of its images are needed, and an adapter only
 * once the network is to run.
 *
 * @throws {BadInput} If it is no run, has no checkpoint, or its files do not fit together.
 */
export async function openModel(dir: string, flags: ModelFlags): Promise<OpenedModel> {
  const network = networkFlag(flags.network), { plugin, best = false } = flags;
  const folder = await RunFolder.open(userPath(dir));
  const resolved = await resolveFolder(folder, plugin ? { plugin } : {});
  let { quiet = false } = flags;
  const device = async () => {
    const opened = await openAdapter(resolved.config.adapter, { quiet });
    quiet = true; // said once
    return opened;
  };
  const model = await modelOfRun(folder, resolved, { network, best, device, say: tell });
  const { state, step } = model.card;
  if (!best) {
    await requireSummarys(folder, { path: `The checkpoint of ${folder.path}`, state }, step);
  }
  return { folder, resolved, model };
}
