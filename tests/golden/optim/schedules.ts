import {
  constantSchedule,
  halfCosineDecay,
  multiStepDecay,
  rampUp,
  type Schedule,
  warmupCosine,
  warmupEmaDecay,
} from "../../../core/nn/schedules/mod.ts";
import { balpoeLearningRate } from "../../../core/nn/schedules/epoch_steps_decay.ts";
import { abcKeepProbability } from "../../../algorithms/addons/abc.ts";
import { crestAlignmentExponent } from "../../../algorithms/addons/crest/crest.ts";
import { sevalTargetPrecision } from "../../../algorithms/addons/seval/seval_target_precision.ts";
import { adelloSmoothing } from "../../../algorithms/shared/flexible_alignment.ts";
import { cosslFoodLearningRate } from "./cossl_food_learning_rate.ts";
import { type DasoDecay, dasoLearningRate } from "./daso_learning_rate.ts";
import { type SignalAnnealing, udaSignalAnnealing } from "./uda_signal_annealing.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";

const TOLERANCE = { relative: 1e-9, absolute: 0, elementwise: true } as const;
/** The original of a decay to exactly 0 accumulates rounding, as its case notes. */
const TOLERANCE_TO_ZERO = { ...TOLERANCE, absolute: 1e-12 } as const;
/** What the argument of a schedule is called in the cases. */
const ARGUMENTS = ["steps", "t"];

/** Checks `optim_schedules`: the parameters of a case say which schedule it is about. */
export const run: GoldenRunner = (c, check) => {
  if (c.params.apply_scheduler === false && c.params.warmup_iters > 0) {
    check.that("schedule", refuses(c), "a warm-up that would never end should be refused");
    if (check.verdict().status === "pass") {
      check.skip("a frozen warm-up is refused, as it should be");
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
      check.close(name, steps.map(schedule(c)), c.scalar(name), tolerance);
    }
  }
};

function schedule(c: GoldenCase): Schedule {
  const p = c.params, base = p.base_lr as number;
  const known: readonly (readonly [keys: readonly string[], make: () => Schedule])[] = [
    [
      ["total_steps", "eval_step"],
      () =>
        warmupCosine({ base, steps: p.total_steps, warmupSteps: p.warmup_epochs * p.eval_step }),
    ],
    [
      ["total_steps", "warmup_steps"],
      () => warmupCosine({ base, steps: p.total_steps, warmupSteps: p.warmup_steps }),
    ],
    [
      ["num_train_iter", "num_warmup_iter"],
      () => warmupCosine({ base, steps: p.num_train_iter, warmupSteps: p.num_warmup_iter }),
    ],
    [["milestones"], () => multiStepDecay({ base, milestones: p.milestones, factor: p.gamma })],
    [["steps", "warmup_iters"], () => daso(c)],
    [["cos_lr_ratio"], () => daso(c)],
    [["apply_scheduler"], () => daso(c)],
    [["decay_epochs"], () =>
      cosslFoodLearningRate({
        base,
        epochSteps: p.its_per_epoch,
        warmupEpochs: p.warmup_epochs,
        decayEpochs: p.decay_epochs,
        factor: p.gamma,
      })],
    [["step1", "step2"], () =>
      balpoeLearningRate({
        base,
        milestones: [p.step1, p.step2],
        factor: p.gamma,
        warmupEpochs: p.warmup_epoch,
      })],
    [["T_max"], () => halfCosineDecay({ base, steps: p.T_max })],
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
      () => udaSignalAnnealing({ classes: p.num_classes, steps: p.T, shape: annealing(c) }),
    ],
    [["base_lr"], () => constantSchedule(base)],
  ];
  const found = known.find(([keys]) => keys.every((key) => key in p));
  if (found) return found[1]();
  throw new RangeError(`No schedule is known with the parameters ${Object.keys(p).join(", ")}`);
}

function daso(c: GoldenCase): Schedule {
  const p = c.params;
  const decay: DasoDecay = p.apply_scheduler === false
    ? { kind: "constant" }
    : "steps" in p
    ? { kind: "multi-step", milestones: p.steps, factor: p.gamma }
    : { kind: "cosine", steps: p.max_iter, sixteenths: p.cos_lr_ratio };
  const shape = p.warmup_method === "constant" ? "constant" : "linear";
  return dasoLearningRate({
    base: p.base_lr,
    decay,
    warmup: { steps: p.warmup_iters ?? 0, from: p.warmup_factor ?? 0, shape },
  });
}

function refuses(c: GoldenCase): boolean {
  try {
    daso(c);
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
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
