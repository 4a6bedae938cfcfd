import { algorithms, findAlgorithm } from "@longtail/longtail/algorithms";
import {
  compose,
  type DataInfo,
  defineAlgorithm,
  mergeNeeds,
  type Plugin,
  type Stack,
} from "@longtail/longtail/core";
import { asksOf } from "../asks_of.ts";
import type { BenchCase, CaseSizes, Variant } from "../bench_case.ts";
import type { MethodProblem } from "../contender.ts";

type Shape = Omit<MethodProblem, "stack" | "only">;
type Entry = Variant & Pick<MethodProblem, "stack" | "only">;

/**
 * Steps as the trainer runs them: of every base; of FixMatch with every add-on that stands on it; and
 * what of a step of FixMatch its views take.
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
    stepCase("base-step", first, baseEntries()),
    stepCase("addon-step", first, addonEntries()),
  ];
}

function stepCase(name: string, shape: Shape, entries: readonly Entry[]): BenchCase {
  const { depth, width, size, labeled, ratio } = shape;
  const problems = new Map(
    entries.map(({ name, stack, only }) => [name, { ...shape, stack, only }]),
  );
  return {
    name,
    shape: `wrn-${depth}-${width} ${labeled}+2x${ratio * labeled} ${size}x${size}`,
    amount: {},
    stateful: true,
    variants: entries,
    unit: PERIOD,
    prepare: () => ({
      start(contender) {
        const problem = problems.get(contender.name);
        return problem && contender.methodStep?.(problem);
      },
      judge: () => new Map(), // losses that are not finite throw
    }),
  };
}

/** Steps after which everything that methods do has come once; DARP refines labels every 10. */
const PERIOD = 10;

/** What methods begin late in a run is on from the start. */
const ON: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  adello: { distillAfter: 0 },
  cossl: { pretrain: 0, startSteps: 1 },
  darp: { warmup: 0, period: PERIOD },
  daso: { warmup: 0 },
  ldam: { from: 0 },
};

function method(name: string): Plugin {
  return findAlgorithm(name)(ON[name]);
}

function viewEntries(): Entry[] {
  const stack = compose(method("fixmatch"));
  return [
    { name: "fixmatch", stack, only: "step" },
    { name: "its views alone", stack, only: "views", against: ["fixmatch"] },
  ];
}

function baseEntries(): Entry[] {
  return algorithms.filter(({ spec }) => spec.kind === "base").map(({ spec: { name } }) => {
    const stack = compose(method(name));
    return { name, stack, only: "step", asks: asksOf(mergeNeeds(stack, DATA)), against: [] };
  });
}

function addonEntries(): Entry[] {
  const stack = compose(method("fixmatch")), needs = mergeNeeds(stack, DATA);
  const addons = algorithms.filter(({ spec: { kind, bases } }) =>
    kind === "addon" && (bases?.includes("fixmatch") ?? true)
  );
  return [
    { name: "fixmatch", stack, only: "step", against: [] },
    ...addons.flatMap(({ spec: { name } }): Entry[] => {
      const addon = method(name), stack = compose(method("fixmatch"), addon);
      const asks = asksOf(mergeNeeds(stack, DATA), needs);
      const entry = { name: stack.name, stack, only: "step", asks } as const;
      const same = `fixmatch as asked by ${name}`;
      if (!/labeled|student|teacher/.test(asks)) return [{ ...entry, against: ["fixmatch"] }];
      return [
        { name: same, stack: asked(addon), only: "step", against: ["fixmatch"] },
        { ...entry, against: ["fixmatch", same] },
      ];
    }),
  ];
}

/** FixMatch with the views, streams and passes that an add-on asks for, and nothing done with them. */
function asked({ name, config, spec }: Plugin): Stack {
  const bare = defineAlgorithm({
    name: `${name}-needs`,
    kind: "addon",
    paper: "none",
    defaults: {},
    needs: (_, data) => spec.needs?.(config, data) ?? {},
  });
  return compose(method("fixmatch"), bare());
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
