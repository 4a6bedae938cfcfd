import { BadInput } from "../../core/bad_input.ts";
import type { Layer, Setting } from "../config/layers.ts";
import type { Plan } from "./plan.ts";

/** A published row, as options of a run. */
export interface FoundExperiment {
  readonly id: string;
  /** All that it sets, `experiment` included. */
  readonly options: Layer;
}

/**
 * Published rows by ID or glob.
 *
 * @throws {BadInput} If there is none.
 */
export type FindExperiments = (pattern: string) => readonly FoundExperiment[];

/** A run of a plan. */
export interface PlannedRun {
  /** Number, stack or row, and seed: `03-fixmatch-s1`; names the run's folder. */
  readonly id: string;
  /** Number of its configuration: runs that differ by nothing but their seeds share one. */
  readonly configuration: number;
  /** What it sets, in the order in which later beats earlier. */
  readonly layer: Layer;
}

/** What {@linkcode expandPlan} has to know of the rest of the toolkit. */
export interface ExpandOptions {
  /** Whether a section of options belongs to a method. */
  isMethod(section: string): boolean;
  /** Algorithm of a run that names none. */
  readonly algorithm: string;
  readonly findExperiments: FindExperiments;
}

/**
 * All runs of a plan: every row, with every combination of the grid, with every seed. What `base` sets
 * of a method goes to those runs that have the method.
 *
 * @throws {BadInput} If rows are asked for and not found, two keys say the same, or `base` sets a
 *   method that no run has.
 */
export function expandPlan(plan: Plan, options: ExpandOptions): readonly PlannedRun[] {
  requireOneSource(plan);
  const rows = experimentsOf(plan, options);
  const horizon = plan.search?.steps.at(-1);
  const last: Layer = horizon === undefined ? [] : [set("steps", horizon, "search.steps")];
  const configurations = rows.flatMap((row) =>
    combinations(plan.grid.map(({ values }) => values)).map((point) => {
      const own = [...row.options, ...plan.base, ...point];
      const algorithm = own.findLast(({ key }) => key === "algorithm")?.value ?? options.algorithm;
      const methods = String(algorithm).split("+");
      const fits = ({ key }: Setting) => {
        const [section] = key.split(".");
        return !key.includes(".") || !options.isMethod(section!) || methods.includes(section!);
      };
      const base = plan.base.filter(fits);
      return {
        name: row.id ?? String(algorithm),
        base,
        layer: [...row.options, ...base, ...point, ...last],
      };
    })
  );
  for (const setting of plan.base) {
    if (configurations.some(({ base }) => base.includes(setting))) continue;
    throw new BadInput(
      `base sets '${setting.key}' (${setting.where}), but no run of the plan has this method`,
    );
  }
  const seeds: readonly Layer[] = plan.seeds?.map((seed) => [set("seed", seed, "seeds")]) ?? [[]];
  const width = String(configurations.length * seeds.length).length;
  return configurations.flatMap(({ name, layer }, configuration) =>
    seeds.map((seed, s) => {
      const number = String(configuration * seeds.length + s + 1).padStart(width, "0");
      const suffix = seed.map(({ value }) => `-s${value}`).join("");
      return {
        id: `${number}-${name.replaceAll(/[^\w.+-]/g, "-")}${suffix}`,
        configuration,
        layer: [...layer, ...seed],
      };
    })
  );
}

function set(key: string, value: unknown, section: string): Setting {
  return { key, value, where: `${section} of the plan` };
}

/** Refuses an option that two parts of a plan would set, since one of them would be without effect. */
function requireOneSource({ base, grid, seeds, search }: Plan): void {
  const keys = grid.flatMap(({ values }) => values.flat());
  const of = (key: string) => [...base, ...keys].find((setting) => setting.key === key);
  const refuse = (setting: Setting | undefined, other: string) => {
    if (!setting) return;
    throw new BadInput(
      `'${setting.key}' (${setting.where}) is said by ${other} already: leave one out`,
    );
  };
  if (seeds) refuse(of("seed"), "seeds");
  if (search) refuse(of("steps"), "search.steps");
  for (const { key } of base) refuse(keys.find((setting) => setting.key === key), "base");
  const plugins = of("plugins");
  if (plugins) {
    throw new BadInput(
      `'plugins' (${plugins.where}) would run code because a file says so: give --plugin instead`,
    );
  }
}

function experimentsOf(
  { experiments }: Plan,
  { findExperiments: find }: ExpandOptions,
): readonly { readonly id: string | null; readonly options: Layer }[] {
  if (experiments.length === 0) return [{ id: null, options: [] }];
  const found = new Map(experiments.flatMap(find).map((row) => [row.id, row]));
  return [...found.values()];
}

/** Every way to take one of each list. */
function combinations(axes: readonly (readonly Layer[])[]): Layer[] {
  return axes.reduce<Layer[]>(
    (points, values) => points.flatMap((point) => values.map((value) => [...point, ...value])),
    [[]],
  );
}
