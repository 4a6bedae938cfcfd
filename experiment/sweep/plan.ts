import { z } from "zod";
import { BadInput } from "../../core/bad_input.ts";
import { didYouMean } from "../../core/names.ts";
import { MAX_SEED } from "../../core/random.ts";
import { type Layer, objectLayer, type Setting, yamlLayer } from "../config/layers.ts";

/** One option of a grid, and what it takes in turn: layers, since a value may be a whole section. */
export interface GridAxis {
  readonly key: string;
  readonly values: readonly Layer[];
}

/** Successive halving: all runs to the first mark, the best of them on to the next. */
export interface Search {
  /** Marks in steps; the last is the horizon of all schedules. */
  readonly steps: readonly number[];
  /** Share of the configurations that goes on at each mark. */
  readonly keep: number;
  /** Where a number lies in `summary.json`; larger is better. */
  readonly by: string;
}

/** What a Slurm job asks for, one run a task. */
export interface SlurmRequests {
  readonly partition?: string | undefined;
  /** As `sbatch --time` takes it: minutes, or `hours:minutes:seconds`. */
  readonly time?: string | number | undefined;
  /** As `sbatch --mem` takes it: megabytes, or `16G`. */
  readonly memory?: string | number | undefined;
  /** As `sbatch --gpus` takes it: a number, or `a100:1`. */
  readonly gpus?: string | number | undefined;
  readonly cpus?: number | undefined;
  /** Other options of `sbatch`, e.g. `--account=lab`. */
  readonly options: readonly string[];
}

/** What a plan file says. */
export interface Plan {
  /** Options of all runs. */
  readonly base: Layer;
  readonly grid: readonly GridAxis[];
  /** IDs or globs of published rows. */
  readonly experiments: readonly string[];
  /** Null: the one that the options have. */
  readonly seeds: readonly number[] | null;
  readonly search: Search | null;
  readonly slurm: SlurmRequests;
}

const count = z.int().min(1).max(2 ** 31 - 1);
const text = z.string().min(1);

/** Keys of a plan but options of runs, which `base` and `grid` hold. */
const SCHEMA = z.strictObject({
  experiments: z.array(text).min(1),
  seeds: z.array(z.int().min(0).max(MAX_SEED)).min(1),
  search: z.strictObject({
    steps: z.array(count).min(2),
    keep: z.number().gt(0).lt(1),
    by: text,
  }),
  slurm: z.strictObject({
    partition: text,
    time: z.union([text, count]),
    memory: z.union([text, count]),
    gpus: z.union([text, count]),
    cpus: count,
    options: z.array(z.string().regex(/^--[a-z]/, "give options of sbatch, e.g. --account=lab")),
  }).partial(),
}).partial();

const OWN_KEYS = ["base", "grid"];
const KEYS = [...OWN_KEYS, ...Object.keys(SCHEMA.shape)];

/**
 * Reads a plan.
 *
 * @param source Text of the file.
 * @param name What to call it in messages.
 * @throws {BadInput} If it is not YAML, a key is unknown (names the nearest) or a value of the wrong
 *   kind; options of runs are not looked at yet.
 */
export function parsePlan(source: string, name: string): Plan {
  const settings = yamlLayer(source, name);
  for (const setting of settings) requireKnown(setting);
  const own = settings.filter(({ key }) => !OWN_KEYS.includes(sectionOf(key)));
  const { experiments = [], seeds = null, search = null, slurm = {} } = parseOwn(own);
  if (search) requireRising(search.steps, settings);
  if (seeds) requireDistinct(seeds, "seeds");
  return {
    base: below("base", settings),
    grid: below("grid", settings).map(axis),
    experiments,
    seeds,
    search,
    slurm: { ...slurm, options: slurm.options ?? [] },
  };
}

function sectionOf(key: string): string {
  return key.split(".")[0]!; // split gives at least one part
}

function requireKnown({ key, where }: Setting): void {
  const section = sectionOf(key);
  if (!KEYS.includes(section)) {
    throw new BadInput(
      `There is no key '${section}' of a plan (${where})${didYouMean(section, KEYS)}`,
    );
  }
  const shape = section === "search" || section === "slurm" ? SCHEMA.shape[section].unwrap() : null;
  const part = key.slice(section.length + 1);
  if (shape && part !== "" && !(part in shape.shape)) {
    const known = Object.keys(shape.shape).map((name) => `${section}.${name}`);
    throw new BadInput(`There is no key '${key}' of a plan (${where})${didYouMean(key, known)}`);
  }
}

/** Settings of a section, their keys without its name. */
function below(section: string, settings: Layer): Layer {
  return settings.flatMap((setting) => {
    if (setting.key.startsWith(`${section}.`)) {
      return [{ ...setting, key: setting.key.slice(section.length + 1) }];
    }
    if (setting.key !== section || isNothing(setting.value)) return [];
    throw new BadInput(
      `${section} is ${JSON.stringify(setting.value)} (${setting.where}): give a map of options`,
    );
  });
}

/** Whether a section was left empty. */
function isNothing(value: unknown): boolean {
  return value === undefined || value === null || JSON.stringify(value) === "{}";
}

function axis({ key, value, where }: Setting): GridAxis {
  if (!Array.isArray(value) || value.length === 0) {
    throw new BadInput(
      `grid.${key} is ${JSON.stringify(value)} (${where}): give the list of its values`,
    );
  }
  requireDistinct(value, `grid.${key}`);
  const isMap = (v: unknown) => typeof v === "object" && v !== null && !Array.isArray(v);
  return {
    key,
    values: value.map((v) =>
      isMap(v) ? objectLayer(v, where, `${key}.`) : [{ key, value: v, where }]
    ),
  };
}

function parseOwn(settings: Layer): z.infer<typeof SCHEMA> {
  const given: Record<string, unknown> = {};
  for (const { key, value } of settings) {
    const section = sectionOf(key);
    if (isNothing(value)) continue;
    if (section === key) given[key] = value;
    else {((given[section] ??= {}) as Record<string, unknown>)[key.slice(section.length + 1)] =
        value;}
  }
  const result = SCHEMA.safeParse(given);
  if (result.success) return result.data;
  const { path, message } = result.error.issues[0]!; // a failure has an issue
  const key = path.filter((part) => typeof part === "string").join(".");
  const setting = settings.find((one) => one.key === key) ??
    settings.find((one) => one.key.startsWith(key));
  throw new BadInput(
    `${key} is ${JSON.stringify(setting?.key === key ? setting.value : undefined) ?? "missing"} (${
      setting?.where ?? "the plan"
    }): ${message[0]?.toLowerCase()}${message.slice(1)}`,
  );
}

function requireRising(steps: readonly number[], settings: Layer): void {
  if (steps.every((step, i) => i === 0 || step > steps[i - 1]!)) return;
  const where = settings.find(({ key }) => key === "search.steps")?.where ?? "the plan";
  throw new BadInput(
    `search.steps is ${JSON.stringify(steps)} (${where}): each must be above the one before`,
  );
}

function requireDistinct(values: readonly unknown[], key: string): void {
  const texts = values.map((value) => JSON.stringify(value));
  const twice = texts.find((text, i) => texts.indexOf(text) !== i);
  if (twice !== undefined) throw new BadInput(`${key} has ${twice} twice: leave one out`);
}
