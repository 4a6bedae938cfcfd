import { closest } from "fastest-levenshtein";
import { findAlgorithm, type ListedAlgorithm } from "../../algorithms/registry.ts";
import { isOwnData } from "../../datasets/sets/set_info.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { ErasedSpec } from "../../core/training/plugin/algorithm.ts";
import { compose, type Stack } from "../../core/training/plugin/compose.ts";
import type { RecipeTarget } from "../../core/training/plugin/recipe.ts";
import { type Layer, objectLayer, type Setting } from "./layers.ts";
import type { RunConfig } from "./run_config.ts";
import { configSchema, DEFAULTS } from "./schema.ts";

/** A run's options, resolved, and its methods with theirs. */
export interface Resolved {
  readonly config: RunConfig;
  readonly stack: Stack;
  /** Everything as one object: what `config.yaml` holds. */
  readonly all: Readonly<Record<string, unknown>>;
}

/** The last value that any layer gives a key, before anything is checked. */
export function peek(layers: readonly Layer[], key: string): unknown {
  let value: unknown;
  for (const layer of layers) for (const s of layer) if (s.key === key) value = s.value;
  return value;
}

/**
 * Resolves a run's options: defaults, then the methods' recipes for the data set, then each layer.
 *
 * @param layers What the user has set: file, flags, `--set`, in this order.
 * @param others Methods from outside.
 * @throws {BadInput} If a key is unknown (names the nearest), a value is out of range or of the
 *   wrong type, or the methods do not fit together.
 */
export function resolveConfig(
  layers: readonly Layer[],
  others: readonly ListedAlgorithm[] = [],
): Resolved {
  const name = peek(layers, "algorithm") ?? DEFAULTS.algorithm;
  const dataset = peek(layers, "dataset") ?? DEFAULTS.dataset;
  if (typeof name !== "string" || typeof dataset !== "string") {
    throw new BadInput(`algorithm and dataset must be names, not '${name}' and '${dataset}'`);
  }
  if (!/^[^\s+]+(\+[^\s+]+)*$/.test(name)) {
    throw new BadInput(
      `algorithm is '${name}': give a base, and add-ons joined to it by +, e.g. fixmatch+daso`,
    );
  }
  const methods = name.split("+").map((part) => findAlgorithm(part, others));
  const specs = methods.map(({ spec }) => spec);
  const known = knownSettings(specs, targetOf(specs, dataset, givenOptions(layers)));
  applyLayers(known, layers, name);
  const all = nest(known);
  const config = parseConfig(all, known, specs);
  const plugins = methods.map((method) =>
    method(methodOptions(method, all[method.spec.name], known))
  );
  const [base, ...addons] = plugins;
  try {
    return { config, all, stack: compose(base!, ...addons) }; // split gives at least one name
  } catch (error) {
    if (error instanceof TypeError) throw new BadInput(error.message);
    throw error;
  }
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
  const target = targetOf(plugins, dataset, given);
  const known = knownSettings(plugins.map(({ spec }) => spec), target);
  for (const method of plugins) {
    for (const key of [...known.keys()]) if (key.startsWith(`${method.name}.`)) known.delete(key);
  }
  applyLayers(known, layers, name);
  const [base, ...addons] = plugins.map((plugin) => ({
    ...plugin,
    config: { ...plugin.config, ...plugin.spec.recipe?.(target).options, ...plugin.given },
  }));
  // A stack has a base.
  return { config: parseConfig(nest(known), known, []), stack: compose(base!, ...addons) };
}

/** What recipes are asked for. */
function targetOf(
  methods: readonly { readonly name: string }[],
  dataset: string,
  given: RecipeTarget["given"],
): RecipeTarget {
  const [base = "", ...addons] = methods.map(({ name }) => name);
  return { dataset, base, addons, given };
}

/** What the user has set below each first part of a key. */
function givenOptions(layers: readonly Layer[]): RecipeTarget["given"] {
  const given: Record<string, Record<string, unknown>> = {};
  for (const { key, value } of layers.flat()) {
    const [method = "", option] = key.split(".");
    if (option !== undefined) (given[method] ??= {})[option] = value;
  }
  return given;
}

/** Every option with its default: the trainer's, the recipes', the methods' own. */
function knownSettings(methods: readonly ErasedSpec[], target: RecipeTarget): Map<string, Setting> {
  const known = new Map<string, Setting>();
  const put = (settings: Layer) => {
    // A section of which a recipe says nothing is no option.
    const said = settings.filter(({ value }) => JSON.stringify(value) !== "{}");
    for (const setting of said) known.set(setting.key, setting);
  };
  put(objectLayer(DEFAULTS, "the defaults"));
  for (const { name, defaults, recipe } of methods) {
    const { options = {}, ...settings } = recipe?.(target) ?? {};
    replaceOptimizer(known, settings);
    put(objectLayer(settings, `the recipe of ${name}`));
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

const OPTIONAL = ["optimizer.dampening", "optimizer.epsBeforeCorrection"];

/** Puts what the user has set over the defaults. */
function applyLayers(known: Map<string, Setting>, layers: readonly Layer[], stack: string): void {
  for (const layer of layers) {
    for (const setting of layer) {
      if (setting.key === "optimizer.kind") switchOptimizer(known, setting);
      if (!known.has(setting.key) && !OPTIONAL.includes(setting.key)) {
        throw unknownKey(setting, [...known.keys(), ...OPTIONAL], stack);
      }
      known.set(setting.key, setting);
    }
  }
}

const SGD = { kind: "sgd", momentum: 0.9, nesterov: true };
const ADAM = { beta1: 0.9, beta2: 0.999, eps: 1e-8 };

/** A recipe's optimizer replaces the default one with all of its settings. */
function replaceOptimizer(known: Map<string, Setting>, recipe: { optimizer?: object }): void {
  if (!recipe.optimizer) return;
  for (const key of [...known.keys()]) if (key.startsWith("optimizer.")) known.delete(key);
}

/** Another kind of optimizer brings its own settings. */
function switchOptimizer(known: Map<string, Setting>, { value, where }: Setting): void {
  if (known.get("optimizer.kind")?.value === value) return;
  const adam = value === "adam" || value === "adamw";
  if (!adam && value !== "sgd") return;
  for (const key of [...known.keys()]) if (key.startsWith("optimizer.")) known.delete(key);
  for (const setting of objectLayer(adam ? { kind: value, ...ADAM } : SGD, where, "optimizer.")) {
    known.set(setting.key, setting);
  }
}

function unknownKey(
  { key, where }: Setting,
  keys: readonly string[],
  stack: string,
): BadInput {
  const [section] = key.split(".");
  const stranger = section && key.includes(".") && !keys.some((k) => k.startsWith(`${section}.`));
  return new BadInput(
    stranger
      ? `There is no option '${key}' (${where}): '${section}' is neither a section nor a method of '${stack}'`
      : `There is no option '${key}' (${where}); did you mean '${closest(key, keys as string[])}'?`,
  );
}

function nest(known: ReadonlyMap<string, Setting>): Record<string, unknown> {
  const root: Record<string, unknown> = {};
  for (const { key, value } of known.values()) {
    const path = key.split(".");
    const last = path.pop()!; // a key has a name
    let place = root;
    for (const part of path) place = (place[part] ??= {}) as Record<string, unknown>;
    place[last] = value;
  }
  return root;
}

function parseConfig(
  all: Readonly<Record<string, unknown>>,
  known: ReadonlyMap<string, Setting>,
  methods: readonly ErasedSpec[],
): RunConfig {
  const own = { ...all };
  for (const { name } of methods) delete own[name];
  const result = configSchema.safeParse(own);
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

/** Checks a method's options against its defaults: the same types, finite numbers. */
function methodOptions(
  { spec }: ListedAlgorithm,
  given: unknown,
  known: ReadonlyMap<string, Setting>,
): Record<string, unknown> {
  const options = (given ?? {}) as Record<string, unknown>;
  for (const [key, fallback] of Object.entries(spec.defaults)) {
    const value = options[key];
    const where = known.get(`${spec.name}.${key}`)?.where;
    const fits = fallback === null || value === null && fallback === null ||
      Array.isArray(fallback) === Array.isArray(value) && typeof fallback === typeof value &&
        (typeof value !== "number" || Number.isFinite(value));
    if (!fits) {
      throw new BadInput(
        `${spec.name}.${key} is ${show(value)} (${where}), but it takes a ${
          Array.isArray(fallback) ? "list" : typeof fallback
        } such as ${show(fallback)}`,
      );
    }
  }
  return options;
}

function show(value: unknown): string {
  return typeof value === "string" ? `'${value}'` : JSON.stringify(value) ?? "missing";
}
