import { parse } from "yaml";
import { BadInput } from "../../core/bad_input.ts";
import { type Layer, objectLayer, setLayer, yamlLayer } from "../config/layers.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { openTrainer } from "../open_trainer.ts";
import { RunFiles } from "../run/method_files_deno.ts";
import { listenForInterrupt } from "../run/interrupt_deno.ts";
import { type PreparedRun, prepareRun } from "../run/prepare_run_deno.ts";
import { progressDisplay } from "../run/progress_deno.ts";
import { requireSameSplit } from "../run/require_same_split.ts";
import { RunFolder } from "../run/run_folder_deno.ts";
import {
  describeRun,
  percent,
  resumeRun,
  type RunSummary,
  TrainLoop,
} from "../run/train_loop_deno.ts";
import { openAdapter } from "./open_adapter_deno.ts";
import { environmentOf } from "./environment_deno.ts";
import { EXIT } from "./exit_codes.ts";
import { userPath } from "./user_path_deno.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** Flags of `train`. */
export interface TrainFlags {
  readonly config?: string;
  readonly algorithm?: string;
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly model?: string;
  readonly protocol?: string;
  readonly steps?: string;
  readonly seed?: string;
  readonly out?: string;
  readonly adapter?: string;
  readonly resume?: string;
  readonly quiet?: boolean;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
}

/** Options that are paths, beside the plugins. */
const PATHS = ["dataDir", "weights"];

/** `train`: a new run, or one resumed. */
export async function trainCommand(flags: TrainFlags): Promise<number> {
  if (flags.resume !== undefined) return await resume(flags, userPath(flags.resume));
  const { plugin: plugins = [] } = flags;
  const layers = [
    await fileLayer(flags.config),
    flagLayer(flags, plugins),
    setLayer(flags.set ?? []),
  ]
    .map(absolutePaths);
  const resolved = await resolve(layers);
  const out = flags.out === undefined ? undefined : userPath(flags.out);
  if (out) await RunFolder.requireFree(out);
  const run = await prepareRun(resolved);
  if (run.note !== null && !flags.quiet) console.error(run.note);
  const path = out ?? await freshName(run);
  return await train(run, flags, path, async (environment) => {
    const folder = await RunFolder.create(path);
    await describeRun(folder, run, environment);
    return folder;
  });
}

async function resume(flags: TrainFlags, path: string): Promise<number> {
  const given = Object.keys(flags).filter((f) => !["resume", "steps", "quiet"].includes(f));
  if (given.length > 0) {
    throw new BadInput(
      `--resume takes its options from the run; leave out --${
        given.join(", --")
      } (only --steps may change)`,
    );
  }
  const folder = await RunFolder.open(path);
  const text = await folder.readText("config.yaml") ?? "";
  const layers = [yamlLayer(text, `${path}/config.yaml`), flagLayer(flags, [])];
  const restored = await folder.hasCheckpoint();
  const run = await prepareRun(await resolve(layers), { restored });
  requireSameSplit(await folder.readText("split.json"), run.split, path);
  const summary = await folder.readText("summary.json");
  if (summary !== undefined) {
    const before = JSON.parse(summary) as RunSummary;
    if (before.status === "finished" && before.steps === run.resolved.config.steps) {
      console.error(`${path} is finished: ${before.steps} steps. Give --steps to train on`);
      return EXIT.done;
    }
  }
  return await train(run, flags, path, async () => {
    await folder.writeText("config.yaml", (await import("yaml")).stringify(run.all));
    return folder;
  });
}

async function train(
  run: PreparedRun,
  { quiet = false, resume }: TrainFlags,
  path: string,
  open: (environment: object) => Promise<RunFolder>,
): Promise<number> {
  const { config, stack } = run.resolved;
  const device = await openAdapter(config.adapter, { quiet });
  const trainer = await openTrainer({ ...run, device, config, stack, files: new RunFiles(path) });
  // Before the folder exists, so that a stop in between leaves nothing that needs resuming.
  const interrupt = listenForInterrupt();
  const folder = await open(environmentOf(device));
  const seconds = await resumeRun(folder, trainer, config.steps);
  const progress = progressDisplay(config.steps, trainer.done, { quiet });
  let summary: RunSummary;
  try {
    summary = await new TrainLoop({ run, trainer, folder, progress, interrupt }, seconds).run();
  } catch (error) {
    // Some options are only found to be impossible when the methods are set up.
    if (error instanceof BadInput && trainer.done === 0 && resume === undefined) {
      await folder.remove();
    }
    throw error;
  } finally {
    progress.stop();
    interrupt.stop();
  }
  device.destroy();
  if (summary.status === "interrupted") {
    console.error(
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
  console.log(folder.path);
  return EXIT.done;
}

async function resolve(layers: readonly Layer[]): Promise<Resolved> {
  let specifiers: string[] = [];
  for (const layer of layers) {
    for (const { key, value } of layer) {
      if (key === "plugins" && Array.isArray(value)) specifiers = value.map(String);
    }
  }
  return resolveConfig(layers, await loadPlugins(specifiers));
}

async function fileLayer(file: string | undefined): Promise<Layer> {
  if (file === undefined) return [];
  const path = userPath(file);
  try {
    return yamlLayer(await Deno.readTextFile(path), file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) throw new BadInput(`There is no file ${path}`);
    throw error;
  }
}

/** Flags as options; they were texts, so numbers are read as YAML reads them. */
function flagLayer(flags: TrainFlags, plugins: readonly string[]): Layer {
  const number = (text: string | undefined) => text === undefined ? undefined : parse(text);
  const { algorithm, dataset, dataDir, model, adapter } = flags;
  return objectLayer({
    algorithm,
    dataset,
    dataDir,
    model,
    adapter,
    split: { protocol: flags.protocol },
    steps: number(flags.steps),
    seed: number(flags.seed),
    plugins: plugins.length > 0 ? plugins : undefined,
  }, "the command line");
}

/** Options that are paths, made absolute: relative ones start where the user called. */
function absolutePaths(layer: Layer): Layer {
  return layer.map((s) => {
    const { key, value } = s;
    if (PATHS.includes(key) && typeof value === "string") return { ...s, value: userPath(value) };
    if (key !== "plugins" || !Array.isArray(value)) return s;
    return { ...s, value: value.map((v) => typeof v === "string" ? pluginPath(v) : v) };
  });
}

/** A file's path as the user meant it; packages stay what they are. */
function pluginPath(specifier: string): string {
  return /^(npm|jsr|https?|file):/.test(specifier) ? specifier : userPath(specifier);
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
