import { abc, balancedMasks, keepProbabilities } from "../../../algorithms/addons/abc.ts";
import { daso } from "../../../algorithms/addons/daso/daso.ts";
import { distalign } from "../../../algorithms/addons/distalign.ts";
import { logitadjust } from "../../../algorithms/addons/logitadjust.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { pseudolabel } from "../../../algorithms/bases/pseudolabel.ts";
import { euclideanDistances, usadtm } from "../../../algorithms/bases/usadtm.ts";
import { blendShares, semanticLabels } from "../../../algorithms/addons/daso/semantic_labels.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax, cosineLogits, queueMeans, softmax } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor } from "../../../core/autograd/tensor.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress, Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { compose, type Stack } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { Generations, generationsOf } from "./daso_generations.ts";
import { checkLosses, checkRampWeight } from "./daso_losses.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import type { StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

/** Steps of the FixMatch family: logits and features are given, one tensor for all rows. */
export async function checkLogitSteps(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { params } = c;
  const classes: number = params.classes, B: number = params.B, unlabeled = B * params.mu;
  const rows = c.tensor("step0/z").shape[0]!; // logits have rows
  const views: StubViews = rows === B + unlabeled
    ? [["labeled", B], ["weak", unlabeled]]
    : params.dtm_threshold === undefined
    ? [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]]
    : [["labeled", B], ["identity", unlabeled], ["weak", unlabeled], ["strong", unlabeled]];
  const features: number = params.feature_dim ?? 0, balanced = c.has("step0/z_abc");
  const model = new StubModel({
    features,
    heads: { main: classes, ...(balanced ? { abc: classes } : {}) },
    average: c.has("step0/ema_feats"),
  });
  const steps = new StepCase(device, {
    stack: stackOf(c, views.length),
    model,
    data: { counts: params.labelled_counts, features },
  });
  if (c.has("m_hat_initial")) steps.setState("daso/distribution", c.ints("m_hat_initial"));
  const generations = params.gen_period_steps === undefined ? null : new Generations(c, check);
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = `step${i}`;
    await generations?.enter(steps, i);
    if (generations) await generations.checkExponent(steps, at);
    const uniform = (name: string) => c.has(`${at}/${name}`) ? c.floats(`${at}/${name}`) : [];
    const draws = { labeled: { uniform: uniform("u_l") }, unlabeled: { uniform: uniform("u_u") } };
    const progress = progressOf(c, i);
    checkRampWeight(c, check, { at, progress });
    const reading = await steps.step({
      images: model.images(
        views,
        {
          main: c.floats(`${at}/z`),
          ...(features > 0 ? { features: c.floats(`${at}/feats`) } : {}),
          ...(balanced ? { abc: c.floats(`${at}/z_abc`) } : {}),
        },
        c.has(`${at}/ema_feats`) ? { features: c.floats(`${at}/ema_feats`) } : {},
      ),
      y: c.ints(`${at}/y`),
      progress,
      ...(generations ? { counts: generations.counts } : {}),
      random: {
        "abc/labeled": draws.labeled,
        "abc/unlabeled": draws.unlabeled,
        "probe/labeled": draws.labeled,
        "probe/unlabeled": draws.unlabeled,
      },
      probe: (s, t) => probe(c, steps, s, t),
    });
    await checkStep(c, check, { at, i, reading, model, steps });
  }
}

/** The methods that a case's settings name. */
function stackOf({ params }: GoldenCase, views: number): Stack {
  const { threshold, lambda_u: lambda = 1 } = params;
  const base = params.dtm_threshold !== undefined
    ? usadtm({
      warmup: params.pretrain_steps,
      threshold: params.dtm_threshold,
      clustering: params.uc_loss_weight,
    })
    : views === 2
    ? pseudolabel({
      threshold,
      lambda,
      ramp: params.ramp === "exp" ? "exponential" : params.ramp,
      rampShare: params.ramp_ratio,
    })
    : fixmatch({ threshold: threshold ?? 0.95, lambda });
  const addons: Plugin[] = [];
  if (params.logit_adjust) addons.push(logitadjust({ tau: params.la_tau }));
  if (params.gen_period_steps !== undefined) addons.push(generationsOf(params));
  else if (params.dist_align) addons.push(distalign({ exponent: params.dist_align_exponent }));
  if (params.dist_temp !== undefined) {
    addons.push(daso({
      temperature: params.proto_temp,
      spread: params.dist_temp,
      adaptive: params.with_dist_aware,
      share: params.interp_alpha,
      queue: params.queue_max,
      warmup: params.pretrain_steps,
      period: params.pl_dist_update_period,
      align: params.psa_loss_weight,
    }));
  }
  if (params.abc ?? params.b) addons.push(abc({ refine: params.abc_daso_pseudo_label ?? true }));
  return compose(base, ...addons);
}

/** The published run has 500 periods of 500 steps; a case that states its end has that. */
const PERIOD = 500, PERIODS = 500;

function progressOf({ params }: GoldenCase, i: number): Progress {
  const step = params.iterations?.[i] ?? (params.first_iter ?? 0) + i;
  const steps = params.first_iter === undefined && params.max_iter || PERIOD * PERIODS;
  return { step, steps, epoch: Math.floor(step / PERIOD), epochSteps: PERIOD };
}

/** What a step's tensors ask for beyond targets, mask and losses. */
function probe(
  c: GoldenCase,
  { state }: StepCase,
  s: Step,
  t: Targets,
): Record<string, AnyTensor> {
  const { params } = c, weak = s.student.weak[0]!; // every view list has one
  const own = softmax(weak.logits());
  const probed: Record<string, AnyTensor> = { pl: argmax(t.probs, 1), p_linear: own };
  if (params.dist_temp !== undefined) {
    const { queue, held, distribution } = state.of("daso");
    const prototypes = queueMeans({ vectors: queue!, held: held! }); // declared
    probed.prototypes = prototypes;
    probed.q_weak = semanticLabels(weak.features, prototypes, params.proto_temp);
    probed.v = blendShares(distribution!, params.dist_temp); // declared
  }
  if (params.dtm_threshold !== undefined) {
    const { queue, held } = state.of("usadtm");
    const templates = queueMeans({ vectors: queue!, held: held! }); // declared
    probed.prototypes = templates;
    probed.cosine = cosineLogits(weak.features, templates);
    probed.distance = euclideanDistances(weak.features, templates);
    probed.queue_sizes = held!;
  }
  if (params.abc ?? params.b) {
    const masks = balancedMasks(s, {
      threshold: 0.95,
      refine: params.abc_daso_pseudo_label ?? true,
    });
    probed.p_abc = masks.probs;
    probed.mask_l = masks.labeled;
    probed.mask_u = masks.unlabeled;
    probed.g = keepProbabilities(s, s.progress.step);
  }
  return probed;
}

interface CheckedStep {
  readonly at: string;
  readonly i: number;
  readonly reading: StepReading;
  readonly model: StubModel;
  readonly steps: StepCase;
}

/** Tensors of a step that are fed in. */
const GIVEN = new Set(["z", "y", "feats", "ema_feats", "z_abc", "u_l", "u_u"]);
/** Results that are whole numbers. */
const EXACT = new Set(["pl", "mask", "mask_l", "mask_u", "queue_sizes"]);

async function checkStep(
  c: GoldenCase,
  check: Check,
  { at, i, reading, model, steps }: CheckedStep,
): Promise<void> {
  const { values, gradients } = familyTolerance(c);
  checkLosses(c, check, { at, terms: reading.terms, tolerance: values });
  const results: Record<string, ArrayLike<number>> = {
    ...reading.probed,
    p: reading.probs,
    p_final: reading.probs,
    mask: reading.mask,
  };
  for (const full of c.tensorNames.filter((name) => name.startsWith(`${at}/`))) {
    const name = full.slice(at.length + 1);
    if (GIVEN.has(name)) continue;
    const want = c.tensor(full);
    if (name === "queue_ids") {
      check.equal(full, await steps.readState("daso/queue"), queueOf(c, i));
    } else if (name === "m_hat_after") {
      check.equal(full, await steps.readState("daso/distribution"), want);
    } else if (name.startsWith("d_")) {
      const leaf = name === "d_z" ? "main" : name === "d_feats" ? "features" : name.slice(4);
      check.close(full, model.gradient(reading, leaf), want, gradients);
    } else if (results[name] === undefined) {
      check.fail(full, "no result of this name is known");
    } else if (EXACT.has(name)) check.equal(full, results[name], want);
    else check.close(full, results[name], want, values);
  }
}

/** The queue that a step's `queue_ids` describe, made of the features that were given. */
function queueOf(c: GoldenCase, step: number): Float32Array {
  const ids = c.ints(`step${step}/queue_ids`), width: number = c.params.feature_dim;
  const queue = new Float32Array(ids.length * width), batch: number = c.params.B;
  ids.forEach((id, i) => {
    if (id < 0) return;
    const row = id % batch, from = c.floats(`step${Math.floor(id / batch)}/ema_feats`);
    queue.set(from.subarray(row * width, (row + 1) * width), i * width);
  });
  return queue;
}
