import { adello } from "../../../algorithms/addons/adello/adello.ts";
import { udal } from "../../../algorithms/addons/udal.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { learnedTarget, type TargetOptions } from "../../../algorithms/shared/consistency.ts";
import {
  alignmentReport,
  type AlignmentTarget,
  alignmentTarget,
  smoothedPrior,
  smoothingAt,
  type SmoothingOptions,
} from "../../../algorithms/shared/flexible_alignment.ts";
import { slice, sub } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import type { Output, Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkAdelloTable } from "./adello_tables.ts";
import { CaseReader } from "./case_reader.ts";
import type { StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
/** What marks labeled images among the unlabeled ones. */
const MASK = "lb_in_ulb_mask";
/** The original's names of what is logged. */
const LOGGED: Readonly<Record<string, string>> = {
  kl_div_ulb_vs_lb_prior: "labeledToEstimate",
  kl_div_tgt_vs_lb_prior: "labeledToTarget",
  kl_div_ulb_vs_unif: "uniformToEstimate",
  kl_div_tgt_vs_unif: "uniformToTarget",
  kl_div_p_data_vs_unif: "uniformToLabeled",
  kl_div_ulb_prior: "truthToEstimate",
  kl_div_tgt_vs_gt: "truthToTarget",
};
/** What each mode aligns to. */
const TARGETS: Readonly<Record<string, AlignmentTarget>> = {
  adello: "estimated",
  adello_gt: "true",
  udal: "labeled",
  udal_gt: "true",
  udal_dynamic: "estimated",
};

/** Checks `alg_adello`: steps of ADELLO and UDAL on one state, and tables of their functions. */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const read = new CaseReader(c, check, TOLERANCE);
  if (c.params.mode === undefined) {
    await checkAdelloTable(read, device);
    return read.finish();
  }
  const p = c.params, B = p.B as number, unlabeled = B * (p.mu as number);
  const model = new StubModel({ heads: { main: p.classes } });
  const base = fixmatch({
    threshold: p.p_cutoff,
    lambda: p.lambda_u,
    targets: p.hard_label ? "hard" : "soft",
    temperature: p.T_soft,
  });
  const addon = addonOf(c), key = `${addon.name}/estimate`;
  const trace = new StepCase(device, {
    stack: compose(base, addon),
    model,
    data: { counts: p.labelled_counts, trueUnlabeledCounts: p.unlabelled_counts },
  });
  trace.setState(key, read.floats("Q_init"));
  const views: StubViews = [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]];
  for (let i = 0; i < p.steps; i++) {
    const at = `step${i}`, step = p.first_t + i as number, epochSteps = p.iters_per_epoch as number;
    const progress = { step, steps: p.N, epoch: Math.floor(step / epochSteps), epochSteps };
    const got = await trace.step({
      images: model.images(views, { main: read.floats(`${at}/z`) }),
      y: read.ints(`${at}/y`),
      ...read.has(`${at}/${MASK}`) && { isLabeled: read.ints(`${at}/${MASK}`) },
      progress,
      probe: (s, t) =>
        probed(s, t, { base, addon, estimate: trace.state.of(addon.name).estimate! }), // declared
    });
    checkStep(read, at, { got, lambda: p.lambda_u, weight: p.lambda_distill });
    read.close(`${at}/alpha`, smoothingAt(addon.config as unknown as SmoothingOptions, progress)); // its options
    read.close(`${at}/d_z`, model.gradient(got, "main"), GRADIENT);
    const estimate = await trace.readState(key);
    read.close(`${at}/Q_after`, estimate);
    if (addon.name === "adello") read.close(`${at}/T`, await trace.readState("adello/temperature"));
    const prior = (values: ArrayLike<number>) =>
      device.tensor(Float32Array.from(values), [values.length]);
    const report = alignmentReport({
      labeled: prior(got.probed["P_L"]!), // probed above, as is the target
      estimate: prior(estimate),
      target: prior(got.probed["target prior"]!),
      truth: prior(got.probed["P_U_true"]!),
    });
    for (const [name, logged] of Object.entries(LOGGED)) {
      read.close(`${at}/log/${name}`, await device.read(report[logged]!)); // one of its divergences
    }
  }
  read.finish();
};

/** The add-on with the settings of a case. */
function addonOf({ params: p, tensorNames }: GoldenCase): Plugin {
  const target = TARGETS[p.mode as string];
  const smoothing = {
    minimum: p.alpha_min,
    power: p.k,
    byEpoch: p.alpha_from_epoch,
    momentum: p.ema_p,
  };
  if (target === undefined) throw new ReferenceError(`Nothing is known about the mode '${p.mode}'`);
  if (p.mode.startsWith("udal")) return udal({ ...smoothing, target });
  const distilled = p.distill_all ? "all" : p.distill_complement ? "complement" : "none";
  // The released code takes no temperature at all where none is set, nor without a first step.
  const fixed = p.distill_T === null || p.distill_start_iter === null;
  return adello({
    ...smoothing,
    target: target === "true" ? "true" : "estimated",
    skipLabeled: tensorNames.some((name) => name.endsWith(`/${MASK}`)),
    distill: distilled,
    // A trace that begins later has its first distilled step where it begins.
    distillAfter: Math.max(p.distill_start_iter ?? 0, p.first_t),
    distillWeight: p.lambda_distill,
    temperature: p.distill_T ?? 1,
    temperatureRule: !fixed && p.imbalance_distill_with_warmup ? "imbalance" : "fixed",
  });
}

/** What the methods make on the way. */
function probed(
  s: Step,
  t: Targets,
  { base, addon, estimate }: {
    readonly base: Plugin;
    readonly addon: Plugin;
    readonly estimate: Tensor;
  },
): Record<string, AnyTensor> {
  const own = addon.config as unknown as SmoothingOptions & { target: AlignmentTarget }; // both have them
  const source = { prior: s.prior, state: { estimate }, data: s.data };
  const target = alignmentTarget(own.target, source);
  const added = ([view]: readonly Output[]) =>
    slice(sub(view!.logits(), view!.rawLogits()), { end: 1 }); // asked for by FixMatch
  const learned = learnedTarget(t, base.config as unknown as TargetOptions); // its own
  return {
    P_L: s.prior,
    P_U_true: alignmentTarget("true", source),
    "target prior": target,
    Q_before: estimate,
    Q_alpha: smoothedPrior(target, smoothingAt(own, s.progress)),
    delta_s: added(s.student.labeled),
    delta_u: added(s.student.strong),
    p_w: t.probs,
    [learned.dtype === "i32" ? "yhat" : "target"]: learned,
  };
}

function checkStep(
  read: CaseReader,
  at: string,
  { got, lambda, weight }: {
    readonly got: StepReading;
    readonly lambda: number;
    readonly weight: number;
  },
): void {
  const { probed, terms } = got;
  for (const name of ["P_L", "P_U_true"]) read.close(name, probed[name] ?? []);
  for (const name of ["Q_before", "Q_alpha", "delta_s", "delta_u", "p_w", "target"]) {
    read.close(`${at}/${name}`, probed[name] ?? []);
  }
  read.equal(`${at}/yhat`, probed["yhat"] ?? []);
  read.equal(`${at}/mask`, got.mask);
  read.close(`${at}/Ls`, terms["labeled"] ?? NaN);
  read.close(`${at}/Lu`, (terms["unlabeled"] ?? NaN) / lambda);
  read.close(`${at}/Lc`, (terms["distill"] ?? NaN) / weight);
  read.close(`${at}/loss`, got.loss);
}
