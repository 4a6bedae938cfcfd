import { rankedClassNames } from "../../../datasets/ranked_class_names.ts";
import { BadInput } from "../../bad_input.ts";
import { restoreTrainer } from "../../training/checkpoint.ts";
import { yamlLayer } from "../config/layers.ts";
import { peek } from "../config/resolve.ts";
import { resolveConfig } from "../config/resolve.ts";
import { buildTrainer, prepareRun } from "../prepare_run_file.ts";
import { RunFolder } from "../run_folder_file.ts";
import { percent } from "../train_file.ts";
import { openAdapter } from "./device_file.ts";
import { userPath } from "./paths_file.ts";
import { loadPlugins } from "./plugins_file.ts";

/** Flags of `evaluate`. */
export interface EvaluateFlags {
  readonly network?: string;
  readonly head?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
}

/** `evaluate DIR`: the same numbers again from the checkpoint. */
export async function evaluateCommand(dir: string, flags: EvaluateFlags): Promise<void> {
  const { network, head, json = false, quiet = false } = flags;
  if (network !== undefined && network !== "ema" && network !== "raw") {
    throw new BadInput(`--network is '${network}': give ema or raw`);
  }
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
  const run = await prepareRun(resolved);
  const device = await openAdapter(resolved.config.adapter, { quiet });
  const trainer = await buildTrainer(run, device);
  if (head !== undefined && !(head in trainer.network.heads)) {
    throw new BadInput(
      `There is no head '${head}': the network has ${
        Object.keys(trainer.network.heads).join(", ")
      }`,
    );
  }
  restoreTrainer(trainer, found.stored, found.name);
  const evaluation = await trainer.evaluate({
    ...(network ? { network } : {}),
    ...(head ? { head } : {}),
  });
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
  rankedClassNames(run.dataset.classNames, run.split).forEach((name, c) => {
    const recall = evaluation.perClassRecall[c];
    console.log(
      `  ${name.padEnd(17)}${recall === null || recall === undefined ? "none" : percent(recall)}`,
    );
  });
}
