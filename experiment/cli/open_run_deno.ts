import type { Device } from "../../core/autograd/device.ts";
import { BadInput } from "../../core/bad_input.ts";
import { restoreTrainer } from "../../core/training/checkpoint.ts";
import type { Trainer } from "../../core/training/trainer.ts";
import { yamlLayer } from "../config/layers.ts";
import { peek, resolveConfig } from "../config/resolve.ts";
import { openTrainer } from "../open_trainer.ts";
import { RunFiles } from "../run/method_files_deno.ts";
import { type PreparedRun, prepareRun } from "../run/prepare_run_deno.ts";
import { RunFolder } from "../run/run_folder_deno.ts";
import { openAdapter } from "./open_adapter_deno.ts";
import { userPath } from "./user_path_deno.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** A run as its last checkpoint left it. */
export interface OpenedRun {
  readonly folder: RunFolder;
  readonly run: PreparedRun;
  readonly trainer: Trainer;
  /** To be destroyed in the end. */
  readonly device: Device;
}

/**
 * Opens a run's folder and restores its last checkpoint.
 *
 * @throws {BadInput} If it is no run, has no checkpoint, or data and checkpoint do not fit.
 */
export async function openRun(
  dir: string,
  { quiet = false }: { readonly quiet?: boolean },
): Promise<OpenedRun> {
  const path = userPath(dir);
  const folder = await RunFolder.open(path);
  const layer = yamlLayer(await folder.readText("config.yaml") ?? "", `${path}/config.yaml`);
  const plugins = peek([layer], "plugins");
  const resolved = resolveConfig(
    [layer],
    await loadPlugins(Array.isArray(plugins) ? plugins.map(String) : []),
  );
  const found = await folder.loadCheckpoint();
  if (!found) throw new BadInput(`${path} has no checkpoint yet: train it first`);
  const run = await prepareRun(resolved, { restored: true });
  const device = await openAdapter(resolved.config.adapter, { quiet });
  const { config, stack } = resolved;
  const trainer = await openTrainer({ ...run, device, config, stack, files: new RunFiles(path) });
  try {
    restoreTrainer(trainer, found.stored, found.name);
  } catch (error) {
    if (error instanceof TypeError) throw new BadInput(error.message);
    throw error;
  }
  return { folder, run, trainer, device };
}
