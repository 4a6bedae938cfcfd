import { algorithms, basesOf } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";
import { protocols } from "../../datasets/split/protocols/make_split.ts";
import { augmentationNames } from "../../datasets/views/published/published_views.ts";
import { datasetNames } from "../../datasets/sets/set_info.ts";
import { MODEL_NAMES } from "../../core/nn/model_registry.ts";
import type { Extensions } from "../config/extensions.ts";
import { choicesOf, configJsonSchema } from "../config/json_schema.ts";
import { OPTIONS } from "../config/options.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** Flags of `list`. */
export interface ListFlags {
  readonly json?: boolean;
  readonly plugin?: readonly string[];
}

/** `list [options]`: what can be asked for, or what can be set. */
export async function listCommand(
  what: string | undefined,
  { json = false, plugin = [] }: ListFlags,
): Promise<void> {
  if (what !== undefined && what !== "options") {
    throw new BadInput(`Cannot list '${what}': give options, or nothing for names`);
  }
  const others = await loadPlugins(plugin);
  if (what === "options") listOptions(others, { json });
  else listNames(others, { json });
}

function listNames(
  others: Extensions,
  { json }: { readonly json: boolean },
): void {
  const all = [...algorithms, ...others.algorithms];
  const names = (things: readonly { readonly name: string }[]) => things.map(({ name }) => name);
  const listed = {
    algorithms: all.map(({ spec }) => ({
      name: spec.name,
      kind: spec.kind,
      paper: spec.paper,
      defaults: spec.defaults,
      bases: spec.kind === "base" ? null : basesOf(spec, others.algorithms),
      smoke: spec.smoke ?? {},
    })),
    datasets: [...datasetNames, ...names(others.datasets)],
    models: [...MODEL_NAMES, ...names(others.models)],
    protocols: [...protocols.keys(), ...names(others.protocols)],
    augmentations: [...augmentationNames, ...names(others.views)],
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

/** Options with defaults and what they are; as JSON, a schema that editors check a file by. */
function listOptions(others: Extensions, { json }: { readonly json: boolean }): void {
  const methods = [...algorithms, ...others.algorithms].map(({ spec }) => spec);
  if (json) {
    console.log(JSON.stringify(configJsonSchema(methods), null, 2));
    return;
  }
  for (const [key, option] of OPTIONS) {
    const choices = choicesOf(option).join(", ");
    console.log(`${key}=${JSON.stringify(option.default)}`);
    console.log(`    ${option.doc}${choices && ` One of ${choices}.`}`);
  }
  for (const { name, defaults } of methods) {
    const options = Object.entries(defaults);
    if (options.length > 0) console.log(`${name}`);
    for (const [key, value] of options) console.log(`  ${name}.${key}=${JSON.stringify(value)}`);
  }
}
