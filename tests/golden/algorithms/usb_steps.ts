import { guessadjust } from "../../../algorithms/addons/guessadjust.ts";
import { adamatch, relativeThreshold } from "../../../algorithms/bases/adamatch.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { classThresholds, flexmatch } from "../../../algorithms/bases/flexmatch.ts";
import { adaptiveThresholds, freematch } from "../../../algorithms/bases/freematch.ts";
import { softmatch } from "../../../algorithms/bases/softmatch.ts";
import { signalAnnealing, uda } from "../../../algorithms/bases/uda.ts";
import { learnedTarget, type TargetOptions } from "../../../algorithms/shared/consistency.ts";
import { alignDistribution } from "../../../algorithms/shared/distribution_alignment.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor } from "../../../core/autograd/tensor.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress, Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { compose, type Stack } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

/** Declared state by the cases' names of it. */
const STATE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  flexmatch: { memory: "memory", selected_label: "memory", beta: "status" },
  freematch: {
    tau: "threshold",
    time_p: "threshold",
    p_tilde: "shares",
    p_model: "shares",
    h_tilde: "histogram",
    label_hist: "histogram",
  },
  softmatch: { mu: "mean", var: "variance", p_model: "average", p_target: "target" },
  adamatch: { p_model: "average", p_target: "target" },
};

/** Shapes of UDA's annealing by the cases' names of them. */
const SHAPES = { none: "none", linear: "linear", exp: "exponential", log: "logarithmic" } as const;

/** Steps of FixMatch's family: logits are given, one tensor for all rows. */
export async function checkUsbSteps(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, { params } = c;
  const classes: number = params.classes, B: number = params.B, unlabeled = B * params.mu;
  const views: StubViews = [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]];
  const model = new StubModel({ heads: { main: classes } });
  const stack = stackOf(c), [base] = stack.plugins;
  const steps = new StepCase(device, {
    stack,
    model,
    data: {
      counts: params.labelled_counts ?? new Array<number>(classes).fill(1),
      unlabeled: params.unlabelled_size ?? params.M ?? unlabeled,
    },
  });
  const state = Object.entries(STATE[base.name] ?? {});
  for (const [name, key] of state) {
    for (const start of [`init/${name}`, `initial_${name}`]) {
      if (!read.has(start)) continue;
      steps.setState(
        `${base.name}/${key}`,
        c.has(start) ? numbers(read, start) : [read.scalar(start)],
      );
    }
  }
  const { gradients } = familyTolerance(c);
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = (name: string) => `step${i}/${name}`;
    const index = ["idx_ulb", "index"].find((name) => c.has(at(name)));
    const reading = await steps.step({
      images: model.images(views, { main: read.floats(at("z")) }),
      y: read.ints(at("y")),
      progress: progressOf(c, i),
      ...(index ? { index: { unlabeled: read.ints(at(index)) } } : {}),
      probe: (s, t) => probe(steps, base, s, t),
    });
    for (const [name, values] of Object.entries(reading.probed)) {
      if (["yhat", "pl"].includes(name)) read.equal(at(name), values);
      else read.close(at(name), values);
    }
    for (const name of ["mask", "weight"]) {
      if (base.name === "softmatch") read.close(at(name), reading.mask);
      else read.equal(at(name), reading.mask);
    }
    read.close(at("mask_mean"), reading.mask.reduce((a, b) => a + b, 0) / reading.mask.length);
    read.close(at("d_z"), model.gradient(reading, "main"), gradients);
    for (const [name, key] of state) {
      read.close(at(name), await steps.readState(`${base.name}/${key}`));
    }
    const { labeled = NaN, unlabeled: learned = NaN, fairness = NaN } = reading.terms;
    read.close(at("Ls"), labeled);
    read.close(at("Lu"), learned / (params.lambda_u ?? 1));
    read.close(at("Le"), fairness / params.lambda_e);
    read.close(at("loss_cls"), labeled);
    read.close(at("loss_cons"), learned);
    read.close(at("ent_loss"), fairness);
    read.close(at("loss"), reading.loss);
  }
}

/** A tensor's values, be they floats or whole numbers. */
function numbers(read: CaseReader, name: string): ArrayLike<number> {
  return read.case.tensor(name).data instanceof Int32Array ? read.ints(name) : read.floats(name);
}

/** The methods that a case's tensors, settings and scalars name. */
function stackOf(c: GoldenCase): Stack {
  const { params: p } = c,
    has = (name: string) => c.has(`step0/${name}`) || c.hasScalar(`step0/${name}`);
  const lambda: number = p.lambda_u ?? 1, threshold: number = p.p_cutoff ?? p.threshold;
  const fork = c.group.endsWith("_fork"); // ADELLO's, with slips of its own
  if (has("beta")) {
    return compose(flexmatch({ threshold, lambda, warmup: p.thresh_warmup ?? true }));
  }
  if (has("time_p") || has("tau")) {
    return compose(freematch({
      lambda,
      fairness: p.lambda_e ?? 1e-3,
      momentum: p.ema_p ?? p.ema,
      quantile: p.use_quantile ? 0.8 : 0,
      ceiling: p.clip_thresh ? 0.95 : 1,
      start: fork ? "ones" : "uniform",
    }));
  }
  if (has("mu")) {
    return compose(softmatch({
      lambda,
      momentum: p.ema_p,
      sharpness: p.n_sigma,
      target: p.dist_uniform ?? fork ? "uniform" : "labeled",
      targets: p.hard_label ?? fork ? "hard" : "soft",
      temperature: p.T ?? 1,
      confidence: fork ? "softmax" : "aligned",
    }));
  }
  if (has("relative_threshold")) return compose(adamatch({ threshold, lambda, momentum: p.ema_p }));
  if (has("eta")) {
    const annealing = SHAPES[p.tsa_schedule as keyof typeof SHAPES]; // the cases' own names
    return compose(uda({ threshold, lambda, annealing, temperature: 1 }));
  }
  // USB leaves the temperature of soft targets out.
  const targets = p.hard_label === false ? "soft" : "hard";
  const base = fixmatch({ threshold, lambda, targets, temperature: 1 });
  return c.name.endsWith("_la") ? compose(base, guessadjust()) : compose(base);
}

function progressOf({ params }: GoldenCase, i: number): Progress {
  return { step: (params.first_t ?? 0) + i, steps: params.N ?? 1000, epoch: 0, epochSteps: 1000 };
}

/** What a step's tensors ask for beyond targets, mask and losses. */
function probe(
  { state }: StepCase,
  { name, config }: Plugin,
  s: Step,
  t: Targets,
): Record<string, AnyTensor> {
  const labels = argmax(t.probs, 1), own = state.of(name);
  const target = learnedTarget(t, {
    targets: "soft",
    ...config as Partial<TargetOptions>,
  } as TargetOptions);
  const probed: Record<string, AnyTensor> = { yhat: labels, pl: labels };
  if (target.dtype === "f32") probed.target = target;
  if (name === "flexmatch") {
    probed.beta_before = own.status!; // moved after the losses
    probed.threshold = classThresholds(own.status!, config.threshold as number); // declared, as below
  }
  if (name === "freematch") probed.threshold = adaptiveThresholds(own.threshold!, own.shares!);
  if (name === "softmatch") {
    probed.p_aligned = alignDistribution(t.probs, { target: own.target!, average: own.average! });
  }
  if (name === "adamatch") {
    probed.p_aligned = t.probs;
    probed.relative_threshold = relativeThreshold({ ...s, config } as never);
  }
  if (name === "uda") {
    const { annealing: shape } = config as { annealing: "none" };
    const { steps, step } = s.progress;
    const limit = signalAnnealing({ classes: s.data.classes, steps, shape })(step);
    probed.eta = t.probs.device.tensor([limit], [1]);
  }
  return probed;
}
