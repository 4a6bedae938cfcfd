import { findRecipe } from "../../algorithms/recipes/recipes.ts";
import { findAlgorithm, type ListedAlgorithm } from "../../algorithms/registry.ts";
import { isOwnData } from "../../datasets/sets/set_info.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { ErasedSpec } from "../../core/training/plugin/algorithm.ts";
import { compose, type Stack } from "../../core/training/plugin/compose.ts";
import {
  layRecipes,
  type PublishedRecipe,
  type RecipeTarget,
} from "../../core/training/plugin/recipe.ts";
import { type Extensions, NO_EXTENSIONS } from "./extensions.ts";
import { meantKey } from "./key_names.ts";
import { type Layer, objectLayer, peek, type Setting } from "./layers.ts";
import { optimizerDefaults, OPTIONAL_KEYS } from "./optimizer_options.ts";
import type { RunConfig } from "./run_config.ts";
import { configSchema, DEFAULTS, nest } from "./schema.ts";

/** A run's options, resolved, and its methods with theirs. */
export interface Resolved {
  readonly config: RunConfig;
  readonly stack: Stack;
  /** Everything as one object: what `config.yaml` holds. */
  readonly all: Readonly<Record<string, unknown>>;
  /** What modules from outside bring: where the names of the options are looked up too. */
  readonly extensions: Extensions;
  /** Who has set an option last, for messages: `--set`, `the recipe of daso`, `the defaults`. */
  whoSet(key: string): string;
}

/** Every option of a run by its key, and who has set it last. */
type Known = Map<string, Setting>;

/**
 * Resolves a run's options: defaults, then the methods' recipes for the data set, then each layer.
 *
 * @param layers What the user has set: file, flags, `--set`, in this order.
 * @param others What modules from outside bring.
 * @throws {BadInput} If a key is unknown (names the nearest), a value is out of range or of the
 *   wrong type, or the methods do not fit together.
 */
export function resolveConfig(
  layers: readonly Layer[],
  others: Partial<Extensions> = {},
): Resolved {
  const extensions = { ...NO_EXTENSIONS, ...others };
  const dataset = peek(layers, "dataset") ?? DEFAULTS.dataset;
  const name = peek(layers, "algorithm") ?? DEFAULTS.algorithm;
  if (typeof name !== "string" || typeof dataset !== "string") {
    throw new BadInput(`algorithm and dataset must be names, not '${name}' and '${dataset}'`);
  }
  const methods = methodsOf(name, extensions.algorithms);
  const specs = methods.map(({ spec }) => spec);
  const recipe = recipeOf(layers);
  const target = {
    ...targetOf(specs, dataset, givenOptions(layers)),
    ...asked(recipe, layers),
  };
  const known = knownSettings(specs, target, recipe);
  applyLayers(known, layers, name);
  const all = nest(values(known));
  const config = parseConfig(known, specs);
  const plugins = methods.map((method) => method(methodOptions(method.spec, known)));
  const whoSet = (key: string) => known.get(key)?.where ?? "the defaults";
  return { config, all, stack: stackOf(plugins), extensions, whoSet };
}

/**
 * Options of a run whose methods are configured already: defaults, recipes, then each layer. What
 * the methods were not told themselves is theirs by their recipes.
 *
 * @throws {BadInput} As {@linkcode resolveConfig}.
 */
export function resolveSettings(
  { name, plugins }: Stack,
  dataset: string,
  layers: readonly Layer[],
): { readonly config: RunConfig; readonly stack: Stack } {
  const given = Object.fromEntries(plugins.map((plugin) => [plugin.name, plugin.given]));
  const specs = plugins.map(({ spec }) => spec), recipe = recipeOf(layers);
  const target = { ...targetOf(plugins, dataset, given), ...asked(recipe, layers) };
  const known = knownSettings(specs, target, recipe);
  for (const method of plugins) dropSection(known, method.name);
  applyLayers(known, layers, name);
  const recipes = layRecipes(specs, target, recipe);
  const configured = plugins.map((plugin, i) => ({
    ...plugin,
    config: { ...plugin.config, ...recipes[i]?.options, ...plugin.given },
  }));
  return { config: parseConfig(known, []), stack: stackOf(configured) };
}

// The methods.

function methodsOf(name: string, others: readonly ListedAlgorithm[]): ListedAlgorithm[] {
  if (!/^[^\s+]+(\+[^\s+]+)*$/.test(name)) {
    throw new BadInput(
      `algorithm is '${name}': give a base, and add-ons joined to it by +, e.g. fixmatch+daso`,
    );
  }
  return name.split("+").map((part) => findAlgorithm(part, others));
}

function stackOf(plugins: readonly Stack["plugins"][number][]): Stack {
  const [base, ...addons] = plugins;
  try {
    return compose(base!, ...addons); // a stack's name has at least one part
  } catch (error) {
    if (error instanceof TypeError) throw new BadInput(error.message);
    throw error;
  }
}

// What is known before the user says anything: defaults and recipes.

/** What recipes are asked for. */
function targetOf(
  methods: readonly { readonly name: string }[],
  dataset: string,
  given: RecipeTarget["given"],
): RecipeTarget {
  const [base = "", ...addons] = methods.map(({ name }) => name);
  return { dataset, base, addons, given };
}

/**
 * The published recipe that the user has asked for; undefined leaves each method its own.
 *
 * @throws {BadInput} If there is none of that name.
 */
function recipeOf(layers: readonly Layer[]): PublishedRecipe | undefined {
  const name = peek(layers, "recipe") ?? null;
  if (name === null) return undefined;
  if (typeof name === "string") return findRecipe(name);
  throw new BadInput(`recipe is ${show(name)}: give the name of one, e.g. daso`);
}

/** What recipes are told of a run beside its methods and data. */
function asked(
  recipe: PublishedRecipe | undefined,
  layers: readonly Layer[],
): Pick<RecipeTarget, "recipe" | "from"> {
  const from = peek(layers, "from");
  return {
    ...recipe && { recipe: recipe.name },
    ...typeof from === "string" && { from },
  };
}

/** What the user has set below each first part of a key. */
function givenOptions(layers: readonly Layer[]): RecipeTarget["given"] {
  const given = new Map<string, Map<string, unknown>>();
  for (const { key, value } of layers.flat()) {
    const [section = "", option] = key.split(".");
    if (option === undefined || value === undefined) continue;
    given.set(section, (given.get(section) ?? new Map()).set(option, value));
  }
  return Object.fromEntries([...given].map(([name, set]) => [name, Object.fromEntries(set)]));
}

/** Every option with its default: the trainer's, the recipes', the methods' own. */
function knownSettings(
  methods: readonly ErasedSpec[],
  target: RecipeTarget,
  recipe: PublishedRecipe | undefined,
): Known {
  const known: Known = new Map();
  const put = (settings: Layer) => {
    // A section of which a recipe says nothing is no option.
    const said = settings.filter(({ value }) => !isEmptySection(value));
    for (const setting of said) known.set(setting.key, setting);
  };
  put(objectLayer(DEFAULTS, "the defaults"));
  for (const [i, { options, settings }] of layRecipes(methods, target, recipe).entries()) {
    const { name, defaults } = methods[i]!; // one for each
    // A recipe's optimizer replaces the default one with all of its settings.
    if (settings.optimizer) dropSection(known, "optimizer");
    put(objectLayer(settings, `the recipe of ${recipe?.name ?? name}`));
    put(objectLayer({ ...defaults, ...options }, `the defaults of ${name}`, `${name}.`));
  }
  // Published tails come in pairs: with another N1 the split's own rule says what M1 is left.
  if (target.given["split"]?.["labeledMax"] !== undefined) put(OPEN_UNLABELED);
  if (isOwnData(target.dataset)) put(OWN_DATA);
  return known;
}

/**
 * What a recipe cannot know of images that are the user's own, on which runs may be short: the
 * average starts as the plain mean, so that it is worth evaluating from the first steps on.
 */
const OWN_DATA: Layer = objectLayer({ average: { warmup: true } }, "the defaults for own images");

const OPEN_UNLABELED: Layer = objectLayer({ split: { unlabeledMax: null } }, "the defaults");

function dropSection(known: Known, section: string): void {
  for (const key of [...known.keys()]) if (key.startsWith(`${section}.`)) known.delete(key);
}

function isEmptySection(value: unknown): boolean {
  return JSON.stringify(value) === "{}";
}

// What the user says.

/** Puts what the user has set over the defaults. */
function applyLayers(known: Known, layers: readonly Layer[], stack: string): void {
  for (const setting of layers.flat()) {
    const { key, value } = setting;
    const section = stack.split("+").includes(key) ||
      [...known.keys()].some((other) => other.startsWith(`${key}.`));
    // A section, or a key of a file, of which nothing is said.
    if (value === undefined && (section || known.has(key))) continue;
    if (section && (value === null || isEmptySection(value))) continue;
    if (key === "optimizer.kind") switchOptimizer(known, setting);
    if (!known.has(key) && !OPTIONAL_KEYS.has(key)) throw unknownKey(setting, known, stack);
    known.set(key, setting);
  }
}

/** Another kind of optimizer brings its own settings. */
function switchOptimizer(known: Known, { value, where }: Setting): void {
  const settings = optimizerDefaults(value);
  if (!settings || known.get("optimizer.kind")?.value === value) return;
  dropSection(known, "optimizer");
  for (const setting of objectLayer(settings, where, "optimizer.")) known.set(setting.key, setting);
}

function unknownKey({ key, value, where }: Setting, known: Known, stack: string): BadInput {
  const keys = [...known.keys(), ...OPTIONAL_KEYS];
  const sections = new Set(keys.flatMap((k) => k.includes(".") ? k.split(".")[0]! : [])); // a text has a part
  const [first = ""] = key.split(".");
  if (sections.has(key)) {
    return new BadInput(
      `${key} is ${show(value)} (${where}), but it is a section: set its options, e.g. ${
        keys.find((k) => k.startsWith(`${key}.`))
      }`,
    );
  }
  const stranger = key.includes(".") && !sections.has(first);
  return new BadInput(
    `There is no option '${key}' (${where})${
      stranger
        ? `: '${first}' is neither a section nor a method of '${stack}'`
        : `; did you mean '${meantKey(key, [...keys, ...sections])}'?`
    }`,
  );
}

// The values.

function values(known: Known): [key: string, value: unknown][] {
  return [...known].map(([key, { value }]) => [key, value]);
}

function parseConfig(known: Known, methods: readonly ErasedSpec[]): RunConfig {
  const own = values(known).filter(([key]) => !methods.some((m) => key.startsWith(`${m.name}.`)));
  const result = configSchema.safeParse(nest(own));
  if (result.success) return result.data;
  const issue = result.error.issues[0]!; // a failure has an issue
  const key = issue.path.join(".");
  const setting = known.get(key);
  throw new BadInput(
    `${key} is ${show(setting?.value)} (${setting?.where ?? "not set"}): ${
      issue.message[0]?.toLowerCase()
    }${issue.message.slice(1)}`,
  );
}

/** A method's options, checked against its defaults: the same types, finite numbers. */
function methodOptions({ name, defaults }: ErasedSpec, known: Known): Record<string, unknown> {
  const options: Record<string, unknown> = {};
  for (const [key, fallback] of Object.entries(defaults)) {
    const { value, where } = known.get(`${name}.${key}`)!; // defaults are known
    const fits = kindOf(value) === kindOf(fallback) &&
      (typeof value !== "number" || Number.isFinite(value));
    if (!fits) {
      throw new BadInput(
        `${name}.${key} is ${show(value)} (${where}), but it takes a ${kindOf(fallback)} such as ${
          show(fallback)
        }`,
      );
    }
    options[key] = value;
  }
  return options;
}

function kindOf(value: unknown): string {
  return Array.isArray(value) ? "list" : value === null ? "null" : typeof value;
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? "missing";
}
