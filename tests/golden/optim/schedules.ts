import { type SignalAnnealing, signalAnnealing } from "../../../algorithms/bases/uda.ts";
import { setLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import { learningRate } from "../../../experiment/config/training_settings.ts";
import {
  constantWarmup,
  cosineDecay,
  linearWarmup,
  multiStepDecay,
  rampUp,
  type Schedule,
  warmupEmaDecay,
} from "../../../core/nn/schedules/mod.ts";
import { abcKeepProbability } from "../../../algorithms/addons/abc.ts";
import { crestAlignmentExponent } from "../../../algorithms/addons/crest/crest.ts";
import { sevalTargetPrecision } from "../../../algorithms/addons/seval/thresholds.ts";
import { adelloSmoothing } from "../../../algorithms/shared/flexible_alignment.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";

const TOLERANCE = { relative: 1e-9, absolute: 0, elementwise: true } as const;
/** The original of a decay to exactly 0 accumulates rounding, as its case notes. */
const TOLERANCE_TO_ZERO = { ...TOLERANCE, absolute: 1e-12 } as const;
/** What the argument of a schedule is called in the cases. */
const ARGUMENTS = ["steps", "t"];

/** Checks `optim_schedules`: the parameters of a case say which schedule it is about. */
export const run: GoldenRunner = (c, check) => {
  const { base_lr: base, warmup_iters: warmupSteps } = c.params;
  if (c.params.apply_scheduler === false && warmupSteps > 0) {
    const rate = rateOf({ learningRate: base, schedule: "constant", warmupSteps });
    check.that("schedule", rate(warmupSteps) === base, "a warm-up should end");
    if (check.verdict().status === "pass") {
      check.skip("the original never leaves this warm-up; a run's ends, as it should");
    }
    return;
  }
  const argument = ARGUMENTS.find((name) => c.hasScalar(name)) ?? "steps";
  const steps = c.scalar(argument) as number[];
  for (const name of c.scalarNames) {
    if (name === argument) continue;
    if (name === "length_0") {
      check.close(name, rampUp({ length: 0 })(0), c.scalar(name), TOLERANCE);
    } else if (name === "keep") {
      const columns = (c.params.b as number[]).map((share) =>
        abcKeepProbability({ share, periods: c.params.total_periods, periodSteps: c.params.eval })
      );
      const rows = steps.flatMap((step) => columns.map((column) => column(step)));
      check.close(name, rows, (c.scalar(name) as number[][]).flat(), TOLERANCE);
    } else {
      const tolerance = "T_max" in c.params ? TOLERANCE_TO_ZERO : TOLERANCE;
      check.close(name, steps.map(scheduleOf(c, Math.max(...steps))), c.scalar(name), tolerance);
    }
  }
};

/** Options of a run that say how its learning rate moves. */
type RateOptions = Readonly<Record<string, unknown>>;

/** The learning rate of a run with these options, as the trainer gets it. */
function rateOf(options: RateOptions): Schedule {
  const settings = Object.entries({ algorithm: "supervised", steps: 1000, ...options })
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  return learningRate(resolveConfig([setLayer(settings)]).config);
}

/** Options of a run that has a case's learning rate, or undefined where it has none that a run can have. */
function rateOptions({ params: p }: GoldenCase, last: number): RateOptions | undefined {
  if (!("base_lr" in p)) return undefined;
  const own = { learningRate: p.base_lr as number };
  const cosine = (steps: number, warmupSteps = 0) => ({
    ...own,
    schedule: "cosine",
    steps,
    warmupSteps,
  });
  const drops = (at: readonly number[], factor: number, warmupSteps = 0) => {
    const steps = Math.max(last, ...at);
    const milestones = at.map((step) => step / steps);
    return {
      ...own,
      schedule: "multistep",
      steps,
      milestones,
      milestoneFactor: factor,
      warmupSteps,
    };
  };
  if ("total_steps" in p) {
    return cosine(p.total_steps, p.warmup_steps ?? p.warmup_epochs * p.eval_step);
  }
  if ("num_train_iter" in p) return cosine(p.num_train_iter, p.num_warmup_iter);
  if ("milestones" in p) return drops(p.milestones, p.gamma);
  if (p.warmup_factor) return undefined;
  if ("cos_lr_ratio" in p) return p.cos_lr_ratio === 7 ? cosine(p.max_iter) : undefined;
  if ("steps" in p) return drops(p.steps, p.gamma, p.warmup_iters);
  if ("decay_epochs" in p) {
    // Stairs that count from the end of the warm-up are drops at regular intervals.
    const from = p.warmup_epochs * p.its_per_epoch, stair = p.decay_epochs * p.its_per_epoch;
    const stairs = Math.floor((last - from) / stair);
    return drops(Array.from({ length: stairs }, (_, i) => from + (i + 1) * stair), p.gamma, from);
  }
  if ("step1" in p) {
    const steps = 2 ** Math.ceil(Math.log2(last + 1)); // of which any epoch is an exact share
    return {
      ...own,
      schedule: "multistep-epochs",
      steps,
      epochSteps: 1,
      milestones: [p.step1 / steps, p.step2 / steps],
      milestoneFactor: p.gamma,
      warmupSteps: p.warmup_epoch,
    };
  }
  if ("T_max" in p) {
    return { ...own, schedule: "half-cosine-epochs", steps: p.T_max, epochSteps: 1 };
  }
  return { ...own, schedule: "constant" };
}

function scheduleOf(c: GoldenCase, last: number): Schedule {
  const p = c.params, options = rateOptions(c, last);
  if (options) return rateOf(options);
  const known: readonly (readonly [keys: readonly string[], make: () => Schedule])[] = [
    // Warm-ups of DASO's code that none of its configurations has, and no option of a run.
    [["cos_lr_ratio"], () =>
      linearWarmup(
        cosineDecay({ base: p.base_lr, steps: p.max_iter, sixteenths: p.cos_lr_ratio }),
        { steps: p.warmup_iters, from: p.warmup_factor },
      )],
    [["warmup_factor"], () =>
      constantWarmup(
        multiStepDecay({ base: p.base_lr, milestones: p.steps, factor: p.gamma }),
        { steps: p.warmup_iters, from: p.warmup_factor },
      )],
    [
      ["ratio", "schedule"],
      () =>
        rampUp({
          length: p.ratio * p.max_iter,
          shape: p.schedule === "exp" ? "exponential" : "linear",
        }),
    ],
    [["epochs"], () => rampUp({ length: p.epochs })],
    [["unsup_warm_up"], () => rampUp({ length: p.unsup_warm_up * p.num_train_iter })],
    [["alpha_min", "k"], () =>
      adelloSmoothing({
        steps: p.num_train_iter,
        minimum: p.alpha_min,
        power: p.k,
        ...(p.from_epoch ? { epochSteps: p.its_per_epoch } : {}),
      })],
    [
      ["th_start"],
      () => sevalTargetPrecision({ start: p.th_start, end: p.th_end, steps: p.max_iter }),
    ],
    [
      ["generations"],
      () => crestAlignmentExponent({ generations: p.generations, minimum: p.t_min }),
    ],
    [["decay"], () => warmupEmaDecay({ decay: p.decay })],
    [
      ["num_classes", "T"],
      () => signalAnnealing({ classes: p.num_classes, steps: p.T, shape: annealing(c) }),
    ],
  ];
  const found = known.find(([keys]) => keys.every((key) => key in p));
  if (found) return found[1]();
  throw new RangeError(`No schedule is known with the parameters ${Object.keys(p).join(", ")}`);
}

/** The one thing that only the case's name says: `uda_tsa_SHAPE`. */
function annealing(c: GoldenCase): SignalAnnealing {
  const shapes = {
    none: "none",
    linear: "linear",
    exp: "exponential",
    log: "logarithmic",
  } as const;
  const found = Object.entries(shapes).find(([suffix]) => c.name.split("_").includes(suffix));
  if (found) return found[1];
  throw new RangeError(`Case ${c.name} does not name a shape of ${Object.keys(shapes).join(", ")}`);
}
