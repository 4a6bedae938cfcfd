import { algorithms } from "../../algorithms/registry.ts";
import { protocols } from "../../datasets/split/protocols/make_split.ts";
import { augmentationNames } from "../../datasets/views/published/published_views.ts";
import { datasetNames } from "../../datasets/sets/set_info.ts";
import { MODEL_NAMES } from "../../core/nn/model_registry.ts";
import { userPath } from "./user_path_deno.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** `list`: what can be asked for. */
export async function listCommand(
  { json = false, plugin = [] }: { readonly json?: boolean; readonly plugin?: readonly string[] },
): Promise<void> {
  const others = await loadPlugins(plugin.map(userPath));
  const all = [...algorithms, ...others];
  const bases = all.filter(({ spec }) => spec.kind === "base").map(({ spec }) => spec.name);
  const listed = {
    algorithms: all.map(({ spec }) => ({
      name: spec.name,
      kind: spec.kind,
      paper: spec.paper,
      defaults: spec.defaults,
      bases: spec.kind === "base" ? null : spec.bases ?? bases,
      smoke: spec.smoke ?? {},
    })),
    datasets: datasetNames,
    models: MODEL_NAMES,
    protocols: [...protocols.keys()],
    augmentations: augmentationNames,
  };
  if (json) {
    console.log(JSON.stringify(listed));
    return;
  }
  console.log("algorithms");
  for (const { name, kind, paper } of listed.algorithms) {
    console.log(`  ${name.padEnd(14)}${kind.padEnd(7)}${paper}`);
  }
  console.log(`data sets      ${listed.datasets.join(", ")}`);
  console.log(`models         ${listed.models.join(", ")}`);
  console.log(`protocols      ${listed.protocols.join(", ")}`);
  console.log(`augmentations  ${listed.augmentations.join(", ")}`);
}
