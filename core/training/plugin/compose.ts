import type { ErasedSpec, Plugin } from "./algorithm.ts";
import { type Capability, describeCapability } from "./capabilities.ts";
import type { BatchSizes, DataInfo, Needs, NonEmpty } from "./needs.ts";
import { inSlot } from "./slot_failed.ts";

/** A base with its add-ons, checked to fit together. */
export interface Stack {
  /** Names joined by `+`. */
  readonly name: string;
  /** The base first, then the add-ons in the order given. */
  readonly plugins: NonEmpty<Plugin>;
}

/**
 * Puts a base and add-ons together.
 *
 * @throws {TypeError} If they do not fit together, or an option is out of its range; one message lists
 *   every conflict, or every such option.
 */
export function compose(base: Plugin, ...addons: readonly Plugin[]): Stack {
  const plugins: NonEmpty<Plugin> = [base, ...addons];
  const options = plugins.flatMap(({ name, spec, config }) => {
    const complaint = inSlot(name, "check", () => spec.check?.(config));
    return complaint ? [`${name}.${complaint}`] : [];
  });
  if (options.length > 0) throw new TypeError(options.join("; "));
  const wrong: string[] = [];
  const { provides = [], kind } = base.spec;
  if (
    provides.includes("pseudo-labels") && !capabilitiesOf(base.spec, base.config).has("weak-view")
  ) {
    wrong.push(`'${base.name}' provides pseudo-labels but asks for no weak view to make them of`);
  }
  if (kind !== "base") {
    wrong.push(
      `'${base.name}' is an add-on and needs a base before it, e.g. fixmatch+${base.name}`,
    );
  }
  const seen = new Set<string>([base.name]);
  for (const { name, spec } of addons) {
    if (seen.has(name)) wrong.push(`'${name}' is given twice`);
    seen.add(name);
    if (spec.kind === "base") wrong.push(`'${name}' is a base like '${base.name}': choose one`);
    else if (kind === "base") {
      for (const missing of missingCapabilities(spec, base.spec, base.config)) {
        wrong.push(
          `'${name}' needs ${describeCapability(missing)}, which '${base.name}' does not have`,
        );
      }
    }
  }
  const phased = plugins.filter(({ spec }) => spec.phase).map(({ name }) => name);
  if (phased.length > 1) wrong.push(`only one of ${phased.join(" and ")} can divide the run`);
  if (wrong.length > 0) throw new TypeError(`Cannot combine the methods: ${wrong.join("; ")}`);
  return { name: plugins.map((p) => p.name).join("+"), plugins };
}

/**
 * Capabilities that an add-on requires and a base does not have; none if it can stand on it.
 *
 * @param config Options of the base, its defaults if not given.
 *
 * @example A base without unlabeled images has no pseudo-labels
 * ```ts
 * import { missingCapabilities } from "@longtail/longtail/core";
 * import { daso, fixmatch, supervised } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(missingCapabilities(daso.spec, fixmatch.spec), []);
 * assert.deepEqual(missingCapabilities(daso.spec, supervised.spec), ["pseudo-labels"]);
 * ```
 */
export function missingCapabilities(
  addon: ErasedSpec,
  base: ErasedSpec,
  config: Readonly<Record<string, unknown>> = base.defaults,
): Capability[] {
  if (!addon.requires) return [];
  const has = capabilitiesOf(base, config);
  return addon.requires.filter((capability) => !has.has(capability));
}

/** Data to ask a base's needs for: views and heads do not depend on what it holds. */
const ANY_DATA: DataInfo = {
  dataset: "any",
  classes: 2,
  labeled: 4,
  unlabeled: 4,
  counts: [3, 1],
  holdout: 0,
  valid: 0,
  features: 2,
  trueUnlabeledCounts: null,
};

/** What a base has, by its needs and its own words. */
function capabilitiesOf(
  { name, needs, provides = [] }: ErasedSpec,
  config: Readonly<Record<string, unknown>>,
): ReadonlySet<Capability> {
  const asked: Needs = inSlot(name, "needs", () => needs?.(config, ANY_DATA)) ?? {};
  const { views, passes = [], evalHead = "main" } = asked;
  const unlabeled = views?.unlabeled ?? [];
  const found = new Set<Capability>(provides);
  if (unlabeled.includes("weak")) found.add("weak-view");
  if (unlabeled.includes("strong")) found.add("strong-view");
  if (evalHead === "main") found.add("main-head");
  if (!passes.some(({ net }) => net === "average")) found.add("student-guesses");
  return found;
}

/**
 * Refuses methods whose options do not fit the data or the batches. No device and no network are needed
 * for it, so it can be asked before images are decoded or uploaded.
 *
 * @param data What is known of the data; the length of feature vectors does not matter.
 * @param batch How many images a step draws.
 * @throws {TypeError} If options do not fit; one message lists every method's complaint.
 */
export function checkFit(
  { plugins }: Stack,
  data: Omit<DataInfo, "features">,
  batch: BatchSizes,
): void {
  const wrong = plugins.flatMap(({ name, spec, config }) => {
    const complaint = inSlot(name, "fits", () => spec.fits?.(config, data, batch));
    return complaint ? [`${name}: ${complaint}`] : [];
  });
  if (wrong.length > 0) {
    throw new TypeError(`The methods do not fit the data: ${wrong.join("; ")}`);
  }
}
