import { recipes } from "../../algorithms/recipes/recipes.ts";
import { algorithms, basesOf } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";
import { protocols } from "../../datasets/split/protocols/make_split.ts";
import { augmentationNames } from "../../datasets/views/published/published_views.ts";
import { datasetNames } from "../../datasets/sets/set_info.ts";
import { MODEL_NAMES } from "../../core/nn/model_registry.ts";
import type { Extensions } from "../config/extensions.ts";
import { configJsonSchema } from "../config/json_schema.ts";
import { optionRows } from "../config/option_rows.ts";
import { experiments, matchExperiments, type PublishedCell } from "../published/experiments.ts";
import { measureWords } from "../tables/scores.ts";
import { loadPlugins } from "./load_plugins_deno.ts";
import { printOptions } from "./options_command_deno.ts";

/** Flags of `list`. */
export interface ListFlags {
  readonly json?: boolean;
  readonly plugin?: readonly string[];
}

/** `list [options|experiments]`: what can be asked for, what can be set, or what was published. */
export async function listCommand(
  what: string | undefined,
  pattern: string | undefined,
  { json = false, plugin = [] }: ListFlags,
): Promise<void> {
  if (what === "experiments") return listExperiments(pattern, { json });
  if (what !== undefined && what !== "options") {
    throw new BadInput(
      `Cannot list '${what}': give options, experiments, or nothing for names; what a method is and can ` +
        `be told \`options ${what}\` says`,
    );
  }
  if (pattern !== undefined) {
    throw new BadInput(`list options takes no pattern, but '${pattern}' was given: leave it out`);
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
    recipes: recipes.map(({ name, paper }) => ({ name, paper })),
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
  console.log(`recipes        ${names(listed.recipes).join(", ")}`);
}

/** Rows of published tables with their numbers, those whose IDs have a part or match a glob. */
function listExperiments(
  pattern: string | undefined,
  { json }: { readonly json: boolean },
): void {
  const found = pattern === undefined
    ? experiments
    : matchExperiments(/[*?]/.test(pattern) ? pattern : `*${pattern}*`);
  if (json) {
    console.log(JSON.stringify({ experiments: found }));
    return;
  }
  for (const { id, system, table, stack, recipe, dataset, published } of found) {
    console.log(id);
    console.log(`    ${system}, ${table}: ${stack} on ${dataset}, recipe ${recipe}`);
    for (const cell of published) console.log(`    ${cellWords(cell)}`);
  }
}

function cellWords({ test, prior, mean, std, seeds, note, ...measure }: PublishedCell): string {
  return [
    measureWords(measure),
    ...test === undefined ? [] : [`test shifted to ${test}`],
    ...prior ? ["its class shares known"] : [],
  ].join(", ") + `: ${mean}${std === null ? "" : ` ± ${std}`}` +
    (seeds === null ? "" : ` (n = ${seeds})`) + (note === undefined ? "" : `; ${note}`);
}

/** Options with defaults and what they are; as JSON, a schema that editors check a file by. */
function listOptions(others: Extensions, { json }: { readonly json: boolean }): void {
  const methods = [...algorithms, ...others.algorithms].map(({ spec }) => spec);
  if (json) console.log(JSON.stringify(configJsonSchema(methods), null, 2));
  else printOptions(optionRows(methods), methods);
}
