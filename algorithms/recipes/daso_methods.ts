import { entryOf, type Recipe, type RecipeTarget } from "../../core/mod.ts";
import { daso, dasoSettings } from "./daso.ts";
import { sevalCrest } from "./seval.ts";

/** Bases that bring DASO's settings along. */
const BASES: readonly string[] = [
  "pseudolabel",
  "meanteacher",
  "mixmatch",
  "remixmatch",
  "usadtm",
];

/** What a base of DASO's code brings along: its training without add-ons, and its options there. */
export function dasoBase(base: string): (target: RecipeTarget) => Recipe {
  return (target) => ({
    ...dasoSettings({ ...target, addons: [] }),
    options: entryOf(daso.options(target), base) ?? {},
  });
}

/**
 * DASO's settings for the bases that do not bring them along, FixMatch and labels alone; they give way
 * to those of an add-on of another system. With cRT 100,000 steps follow the 250,000 of the base.
 */
function addonTraining(target: RecipeTarget): Recipe {
  const { base, addons } = target, own = BASES.includes(base);
  if (!own && base !== "fixmatch" && base !== "supervised") return { yields: true };
  const training = dasoSettings(target), { steps = 0 } = training;
  return { ...(own ? addons.includes("crt") ? { steps } : {} : training), yields: true };
}

/** What an add-on of DASO's code brings along: its settings, on `synthetic` the base's own. */
export function dasoAddon(name: string): (target: RecipeTarget) => Recipe {
  return (target) => ({
    ...(target.dataset === "synthetic" ? { yields: true } : addonTraining(target)),
    options: entryOf(daso.options(target), name) ?? {},
  });
}

/**
 * CReST as DASO's; with SEVAL two generations of 250,000, aligned on CIFAR-10 only. CReST+ aligns in
 * ReMixMatch's place.
 */
export function crestMethod(target: RecipeTarget): Recipe {
  const { dataset, base, addons, given } = target;
  const recipe = dasoAddon("crest")(target);
  const seval = addons.includes("seval") && dataset.startsWith("cifar") ? sevalCrest(dataset) : {};
  const options: Readonly<Record<string, unknown>> = { ...recipe.options, ...seval };
  const aligns = (given["crest"]?.["plus"] ?? options["plus"]) === true;
  return {
    ...recipe,
    options,
    ...(base === "remixmatch" && aligns ? { baseOptions: { align: false } } : {}),
  };
}

/**
 * DASO's training, on `synthetic` its short run, and options; of its method SEVAL's authors take the
 * alignment loss alone. On CIFAR-10 ReMixMatch does not align beneath it.
 */
export function dasoMethod(target: RecipeTarget): Recipe {
  const { dataset, base, addons } = target;
  const alone = addons.includes("seval") ? { adaptive: false, share: 0 } : {};
  return {
    ...addonTraining(target),
    options: { ...daso.options(target)["daso"], ...alone },
    ...(base === "remixmatch" && dataset === "cifar10" ? { baseOptions: { align: false } } : {}),
  };
}
