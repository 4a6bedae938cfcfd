import { BadInput } from "../../../core/bad_input.ts";
import { algorithms } from "../../../algorithms/registry.ts";
import { objectLayer, setLayer } from "../../config/layers.ts";
import { resolveConfig } from "../../config/resolve.ts";
import { DEFAULTS } from "../../config/schema.ts";
import { earlierRun } from "../../run/earlier_run_deno.ts";
import { prepareRun } from "../../run/prepare_run_deno.ts";
import { experimentLayer, matchExperiments } from "../../published/experiments.ts";
import { expandPlan, type FindExperiments } from "../../sweep/expand_plan.ts";
import { parsePlan, type Plan } from "../../sweep/plan.ts";
import type { NewRun } from "../../sweep/sweep_store_deno.ts";
import { loadPlugins } from "../load_plugins_deno.ts";
import { absolutePaths } from "../option_layers_deno.ts";
import { readUserText } from "../user_files_deno.ts";

/** Published rows, for `experiments` of a plan. */
const findExperiments: FindExperiments = (pattern) =>
  matchExperiments(pattern).map((row) => ({ id: row.id, options: experimentLayer(row) }));

/** Flags of `sweep` that say something of its runs. */
export interface PlanFlags {
  readonly dataDir?: string;
  readonly set?: readonly string[];
  readonly plugin?: readonly string[];
}

/** A plan and its runs, all of which can be begun. */
export interface PlannedSweep {
  /** The file. */
  readonly text: string;
  readonly plan: Plan;
  readonly runs: readonly NewRun[];
}

/**
 * Reads a plan and resolves each of its runs.
 *
 * @param file The plan, or the name of one that ships.
 * @throws {BadInput} If the plan or one of its runs is not understood.
 */
export async function planSweep(file: string, flags: PlanFlags): Promise<PlannedSweep> {
  const text = await readPlan(file);
  const plan = overBase(parsePlan(text, file), flags);
  return { text, plan, runs: await resolveRuns(plan, flags.plugin ?? []) };
}

/** Plans that ship with the toolkit, for who has no checkout. */
const SHIPPED = ["choose", "behaviour"];

async function readPlan(file: string): Promise<string> {
  if (SHIPPED.includes(file)) {
    return await (await fetch(new URL(`../../../plans/${file}.yaml`, import.meta.url))).text();
  }
  return await readUserText(file);
}

/** What the command line says of all runs beats what the plan says. */
function overBase(plan: Plan, { dataDir, set = [] }: PlanFlags): Plan {
  const said = [...objectLayer({ dataDir }, "the command line"), ...setLayer(set)];
  const kept = plan.base.filter((setting) => !said.some(({ key }) => key === setting.key));
  return { ...plan, base: [...kept, ...said] };
}

/** A plan's runs, each found to be possible as far as that can be seen before it starts. */
async function resolveRuns(plan: Plan, plugins: readonly string[]): Promise<readonly NewRun[]> {
  const others = await loadPlugins(plugins);
  const names = [...algorithms, ...others.algorithms].map(({ spec }) => spec.name);
  const planned = expandPlan(plan, {
    isMethod: (section) => names.includes(section),
    algorithm: DEFAULTS.algorithm,
    findExperiments,
  });
  const prepared = new Set<string>(), by = plan.search?.by;
  const runs: NewRun[] = [];
  for (const { id, configuration, layer } of planned) {
    const options = absolutePaths(layer), resolved = resolveConfig([options], others);
    const {
      seed,
      steps,
      dataset,
      dataDir,
      imageSize,
      model,
      modelVariant,
      split,
      augment,
      weights,
      from,
      fromPart,
    } = resolved.config;
    // Data, network and weights are opened once for all runs that share them.
    const parts = {
      ...{ dataset, dataDir, imageSize, split, augment },
      ...{ model, modelVariant, weights, from, fromPart },
    };
    if (!prepared.has(JSON.stringify(parts))) {
      const run = await prepareRun(resolved);
      await earlierRun(run);
      if (by?.startsWith("validation.") && run.split.valid.length === 0) {
        throw new BadInput(
          `The plan chooses by ${by}, and ${dataset} has no validation images: set some of the ` +
            "training images aside with --set split.valid=N, or give the data set a part 'valid'",
        );
      }
    }
    prepared.add(JSON.stringify(parts));
    runs.push({
      id,
      configuration,
      options: Object.fromEntries(options.map(({ key, value }) => [key, value])),
      seed,
      steps,
    });
  }
  return runs;
}
