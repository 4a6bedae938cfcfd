import { BadInput } from "../../core/bad_input.ts";
import type { Stored } from "../../core/safetensors.ts";
import type { NetworkName } from "../../core/training/plugin/needs.ts";
import { parseSplit } from "../../datasets/split/split_json.ts";
import type { Split } from "../../datasets/split/split.ts";
import type { Extensions } from "../config/extensions.ts";
import { yamlLayer } from "../config/layers.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { checkpointModel } from "../network/checkpoint_model.ts";
import { parseRunModel } from "../network/model_card.ts";
import type { DeviceOption, TrainedModel } from "../network/trained_model.ts";
import { useCheckpoint } from "./checkpoints_deno.ts";
import { modelOf } from "./prepare_run_deno.ts";
import { RunFolder } from "./run_folder_deno.ts";

/** Settings of {@linkcode loadRun}. */
export interface LoadRunOptions {
  /** Which network; by default the one that the run's methods evaluate. */
  readonly network?: NetworkName | undefined;
  /** Takes what recognised the validation images best, which `keepBest=validation` keeps. Default false. */
  readonly best?: boolean;
  /** Methods and networks of the run that are not the toolkit's. */
  readonly extensions?: Partial<Extensions>;
  /** Where it runs; by default on a device of its own, opened when first needed. */
  readonly device?: DeviceOption | undefined;
}

/**
 * The trained network of a run's folder, from its last checkpoint. Needs none of the run's images.
 *
 * @param path The folder.
 * @throws {BadInput} If it is no run, has no checkpoint, or its files do not fit together.
 *
 * @example Label a picture
 * ```ts ignore
 * import { loadRun, readPictures } from "@longtail/longtail/files";
 *
 * const model = await loadRun("runs/birds");
 * const [prediction] = await model.predict(await readPictures(["heron.jpg"]));
 * console.log(prediction!.class, prediction!.confidence);
 * await model.dispose();
 * ```
 */
export async function loadRun(
  path: string,
  { network, best = false, extensions = {}, device }: LoadRunOptions = {},
): Promise<TrainedModel> {
  const folder = await RunFolder.open(path);
  const layer = yamlLayer(await requiredText(folder, "config.yaml"), `${path}/config.yaml`);
  return await modelOfRun(folder, resolveConfig([layer], extensions), { network, best, device });
}

/** {@linkcode loadRun} of a folder whose options are resolved already. */
export async function modelOfRun(
  folder: RunFolder,
  resolved: Resolved,
  { network, best = false, device, say = () => {} }: Omit<LoadRunOptions, "extensions"> & {
    /** Told where another checkpoint than the newest had to be taken. */
    say?(text: string): void;
  },
): Promise<TrainedModel> {
  const { path } = folder;
  const text = (name: string) => requiredText(folder, name);
  const { config, stack } = resolved;
  const { classNames, preparation } = parseRunModel(
    await text("model.json"),
    `${path}/model.json`,
  );
  const split = splitOf(await text("split.json"), `${path}/split.json`);
  let stored: Stored | undefined;
  await useCheckpoint(path, (found) => void (stored = found), say, best);
  if (!stored) throw new BadInput(`${path} has no checkpoint yet: train it first`);
  if (split.counts.labeled.length !== classNames.length) {
    throw new BadInput(
      `${path}/split.json has ${split.counts.labeled.length} classes, model.json ${classNames.length}`,
    );
  }
  return await checkpointModel({
    stored,
    model: modelOf(resolved),
    stack,
    split,
    steps: config.steps,
    classNames,
    preparation,
    network,
    device,
  });
}

async function requiredText(folder: RunFolder, name: string): Promise<string> {
  const text = await folder.readText(name);
  if (text !== undefined) return text;
  throw new BadInput(
    `${folder.path} has no ${name}, which runs of this version write when they begin: train it again`,
  );
}

function splitOf(text: string, name: string): Split {
  try {
    return parseSplit(text, name);
  } catch (error) {
    if (error instanceof SyntaxError) throw new BadInput(error.message);
    throw error;
  }
}
