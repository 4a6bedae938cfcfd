import { algorithms, basesOf, findAlgorithm } from "@longtail/longtail/algorithms";
import {
  compose,
  type DataInfo,
  defineAlgorithm,
  mergeNeeds,
  type Stack,
} from "@longtail/longtail/core";
import { resolveSettings } from "../../experiment/config/resolve.ts";
import { asksOf } from "../asks_of.ts";
import type { BenchCase, CaseSizes, Variant } from "../bench_case.ts";
import type { MethodProblem } from "../contender.ts";

type Shape = Omit<MethodProblem, "stack" | "only" | "streamed">;
type Entry = Variant & Pick<MethodProblem, "stack" | "only" | "streamed">;

/**
 * Steps as the trainer runs them: of every base; of FixMatch with every add-on that stands on it; and
 * what of a step of FixMatch its views take, and what streaming images from a file adds.
 */
export function methodStepCases({ quick, software }: CaseSizes): BenchCase[] {
  const thin: Shape = { depth: 10, width: 1, size: 32, labeled: 16, ratio: 2 };
  const full: Shape = { ...thin, depth: 28, width: 2 };
  const shapes: Shape[] = quick
    ? [{ ...thin, size: 16, labeled: 8 }]
    : software
    ? [thin, { ...full, labeled: 8 }]
    : [{ ...full, labeled: 64, ratio: 7 }];
  const [first = thin] = shapes;
  return [
    ...shapes.map((shape) => stepCase("augment-share", shape, viewEntries())),
    stepCase("stream-step", first, loaderEntries()),
    stepCase("base-step", first, baseEntries()),
    ...algorithms.filter(({ spec }) =>
      spec.kind === "addon" && basesOf(spec).includes("fixmatch")
    ).map(({ spec: { name } }) => stepCase("addon-step", first, addonEntries(name))),
  ];
}

function stepCase(name: string, shape: Shape, entries: readonly Entry[]): BenchCase {
  const { depth, width, size, labeled, ratio } = shape;
  const problems = new Map(
    entries.map(({ name, stack, only, streamed = false }) => [
      name,
      { ...shape, stack, only, streamed },
    ]),
  );
  return {
    name,
    shape: `wrn-${depth}-${width} ${labeled}+2x${ratio * labeled} ${size}x${size}`,
    amount: {},
    stateful: true,
    variants: entries,
    unit: entries.some(({ name }) => name.endsWith("darp")) ? DARP_PERIOD : STEPS,
    prepare: () => ({
      start(contender) {
        const problem = problems.get(contender.name);
        return problem && contender.methodStep?.(problem);
      },
      judge: () => new Map(), // losses that are not finite throw
    }),
  };
}

/** Steps of one measurement at least. */
const STEPS = 4;
/** Steps from one refinement of DARP's labels to the next, as it has them by default. */
const DARP_PERIOD = 10;

/** What methods begin late in a run is on from the start. */
const ON: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  adello: { distillAfter: 0 },
  cossl: { pretrain: 0, startSteps: 1 },
  darp: { warmup: 0, period: DARP_PERIOD },
  daso: { warmup: 0 },
  ldam: { from: 0 },
};

/** Methods by their names, with their options as they are on images of noise. */
function stackOf(...names: string[]): Stack {
  const [base = "", ...addons] = names;
  const method = (name: string) => findAlgorithm(name)(ON[name]);
  return resolveSettings(compose(method(base), ...addons.map(method)), DATA.dataset, []).stack;
}

function viewEntries(): Entry[] {
  const stack = stackOf("fixmatch");
  return [
    { name: "fixmatch", stack, only: "step" },
    { name: "its views alone", stack, only: "views", against: ["fixmatch"] },
  ];
}

function loaderEntries(): Entry[] {
  const stack = stackOf("fixmatch");
  const resident = "images on the device";
  const rest = { stack, streamed: true, against: [resident] };
  return [
    { name: resident, stack, only: "step" },
    { name: "images streamed", only: "step", ...rest },
    { name: "streaming and views alone", only: "views", ...rest },
  ];
}

function baseEntries(): Entry[] {
  return algorithms.filter(({ spec }) => spec.kind === "base").map(({ spec: { name } }) => {
    const stack = stackOf(name);
    return { name, stack, only: "step", asks: asksOf(mergeNeeds(stack, DATA)), against: [] };
  });
}

/** FixMatch, FixMatch with what an add-on asks for where it asks for images, and the add-on. */
function addonEntries(addon: string): Entry[] {
  const base = stackOf("fixmatch"), stack = stackOf("fixmatch", addon);
  const asks = asksOf(mergeNeeds(stack, DATA), mergeNeeds(base, DATA));
  const fixmatch: Entry = { name: "fixmatch", stack: base, only: "step", reference: true };
  const own: Entry = { name: stack.name, stack, only: "step", asks, against: ["fixmatch"] };
  if (!/labeled|student|average/.test(asks)) return [fixmatch, own];
  const asked: Entry = { ...fixmatch, name: "fixmatch so asked", stack: askedOf(stack) };
  return [fixmatch, asked, { ...own, against: [fixmatch.name, asked.name] }];
}

/** A base with the views, streams and passes that its add-ons ask for, and nothing done with them. */
function askedOf({ plugins: [base, ...addons] }: Stack): Stack {
  const bare = addons.map(({ name, config, spec }) =>
    defineAlgorithm({
      name: `needs of ${name}`,
      kind: "addon",
      paper: "none",
      defaults: {},
      needs: (_, data) => spec.needs?.(config, data) ?? {},
    })()
  );
  return compose(base, ...bare);
}

/** As much as needs may depend on. */
const DATA: DataInfo = {
  dataset: "noise",
  classes: 10,
  labeled: 100,
  unlabeled: 400,
  counts: new Array<number>(10).fill(10),
  holdout: 10,
  valid: 0,
  features: 64,
  trueUnlabeledCounts: null,
};
