import { BadInput } from "../../core/bad_input.ts";
import {
  type Layer,
  objectLayer,
  peek,
  setLayer,
  withoutReplaced,
  yamlLayer,
  yamlValue,
} from "../config/layers.ts";
import { resolveConfig, type Resolved } from "../config/resolve.ts";
import { experimentLayer, findExperiment } from "../published/experiments.ts";
import type { RunFolder } from "../run/run_folder_deno.ts";
import { tell } from "../run/progress_deno.ts";
import { loadPlugins, pluginPath, requireTrusted } from "./load_plugins_deno.ts";
import { readUserText, userPath } from "./user_files_deno.ts";

/** Flags that say options of a run. */
export interface OptionFlags {
  readonly config?: string;
  readonly recipe?: string;
  readonly experiment?: string;
  readonly from?: string;
  readonly algorithm?: string;
  readonly dataset?: string;
  readonly dataDir?: string;
  readonly model?: string;
  readonly protocol?: string;
  readonly testShare?: string;
  readonly augment?: string;
  readonly steps?: string;
  readonly seed?: string;
  readonly size?: string;
  readonly adapter?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
  readonly quiet?: boolean;
}

/**
 * Resolves what a command line says of a run: its file, its flags, its `--set`, in this order.
 *
 * @throws {BadInput} If one of them is not understood, or names what there is not.
 */
export async function resolveFlags(flags: OptionFlags): Promise<Resolved> {
  const { config, set = [] } = flags;
  const file = config === undefined ? "" : userPath(config);
  const text = config === undefined ? "" : await readUserText(config);
  const layer = yamlLayer(text, config ?? ""), said = [flagLayer(flags), setLayer(set)];
  const { left, replaced } = withoutReplaced(overExperiment(layer, said), said);
  if (replaced.length > 0 && !flags.quiet) {
    tell(`Note: options of ${replaced.join(" and ")} are left out, since the algorithm is another`);
  }
  return await resolve({ file, layer: left }, said);
}

/**
 * Resolves the options of an earlier run.
 *
 * @param flags What may be said anew: `steps`, and where data and plugins are.
 * @throws {BadInput} If they are not understood, or names what there is not.
 */
export async function resolveFolder(
  folder: RunFolder,
  { steps, dataDir, plugin }: Pick<OptionFlags, "steps" | "dataDir" | "plugin">,
): Promise<Resolved> {
  const file = `${folder.path}/config.yaml`;
  const layer = yamlLayer(await folder.readText("config.yaml") ?? "", file);
  const said: OptionFlags = {
    ...steps ? { steps } : {},
    ...dataDir ? { dataDir } : {},
    ...plugin ? { plugin } : {},
  };
  return await resolve({ file, layer }, [flagLayer(said)]);
}

/**
 * A file's options over those of the published row that is asked for, if one is.
 *
 * @throws {BadInput} If there is none of that ID.
 */
function overExperiment(layer: Layer, said: readonly Layer[]): Layer {
  const id = peek([layer, ...said], "experiment") ?? null;
  if (id === null) return layer;
  if (typeof id === "string") return [...experimentLayer(findExperiment(id)), ...layer];
  throw new BadInput(
    `experiment is ${JSON.stringify(id)}: give the ID of a row, see \`list experiments\``,
  );
}

/** Loads the plugins that are asked for, and resolves all options with what they bring. */
async function resolve(
  { file, layer }: { readonly file: string; readonly layer: Layer },
  said: readonly Layer[],
): Promise<Resolved> {
  const layers = withSeed([layer, ...said].map(absolutePaths));
  const asked = peek(layers.slice(1), "plugins");
  const plugins = asked ?? peek(layers, "plugins") ?? [];
  if (!Array.isArray(plugins)) {
    throw new BadInput(`plugins is ${JSON.stringify(plugins)}: give a list of modules`);
  }
  const specifiers = plugins.map(String);
  if (asked === undefined) await requireTrusted(specifiers, file);
  return resolveConfig(layers, await loadPlugins(specifiers));
}

/** Draws a seed in place of −1, and tells it; `config.yaml` will hold it too. */
function withSeed(layers: readonly Layer[]): readonly Layer[] {
  if (peek(layers, "seed") !== -1) return layers;
  const [seed = 0] = crypto.getRandomValues(new Uint32Array(1));
  tell(`seed ${seed}`);
  return [...layers, [{ key: "seed", value: seed, where: "drawn, since seed is -1" }]];
}

/** Flags as options; they were texts, so numbers are read as YAML reads them. */
function flagLayer(flags: OptionFlags): Layer {
  const number = (flag: "steps" | "seed" | "size" | "testShare") => {
    const text = flags[flag];
    return text === undefined ? undefined : yamlValue(text, `--${flag}`);
  };
  const { recipe, experiment, from, algorithm, dataset, dataDir, model, augment, adapter, plugin } =
    flags;
  return objectLayer({
    recipe,
    experiment,
    from,
    algorithm,
    dataset,
    dataDir,
    model,
    augment,
    adapter,
    split: { protocol: flags.protocol, testShare: number("testShare") },
    steps: number("steps"),
    seed: number("seed"),
    imageSize: number("size"),
    plugins: plugin,
  }, "the command line");
}

/** Options that are paths, beside the plugins. */
const PATHS = ["dataDir", "weights", "from"];

/** Options that are paths, made absolute: relative ones start where the user called. */
export function absolutePaths(layer: Layer): Layer {
  return layer.map((s) => {
    const { key, value } = s;
    if (PATHS.includes(key) && typeof value === "string") return { ...s, value: userPath(value) };
    if (key !== "plugins" || !Array.isArray(value)) return s;
    return { ...s, value: value.map((v) => typeof v === "string" ? pluginPath(v) : v) };
  });
}
