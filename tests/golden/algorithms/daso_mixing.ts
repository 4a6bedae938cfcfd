import { daso } from "../../../algorithms/addons/daso/daso.ts";
import { meanteacher } from "../../../algorithms/bases/meanteacher.ts";
import { mixmatch } from "../../../algorithms/bases/mixmatch.ts";
import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import { semanticLabels } from "../../../algorithms/addons/daso/semantic_labels.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { queueMeans } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor } from "../../../core/autograd/tensor.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress, Step } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkLosses, checkRampWeight } from "./daso_losses.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { IdentityModel } from "./identity_model.ts";
import type { CaseImages, StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";

/** Most passes with gradient that a method of the family runs in a step. */
const PASSES = 8;

/** Where the images of a step come from, in the order of the methods' views. */
const VIEWS: readonly (readonly [tensor: string, input: Input])[] = [
  ["x", "labeled"],
  ["u1", "weak"],
  ["u2", "weak"],
  ["u_weak", "weak"],
  ["u_strong1", "strong"],
  ["u_strong2", "strong"],
];

/** MixMatch, ReMixMatch and MeanTeacher, with and without DASO, on an identity network. */
export async function checkIdentitySteps(
  c: GoldenCase,
  check: Check,
  device: Device,
): Promise<void> {
  const { params } = c;
  const { B, classes, vector_dim: width } = params;
  const turned = c.has("step0/rot_logits");
  const model = new IdentityModel({
    width,
    classes,
    passes: { count: PASSES, rows: c.has("step0/f") ? 2 * B : B },
    ...(turned ? { heads: { rotation: [B, 4] } } : {}),
  });
  const addons = params.dist_temp === undefined ? [] : [blending(c)];
  const steps = new StepCase(device, {
    stack: compose(baseOf(c), ...addons),
    model,
    data: { counts: params.labelled_counts ?? new Array(classes).fill(1), features: width },
  });
  for (let i = 0; c.has(`step${i}/y`); i++) {
    const at = `step${i}`;
    if (addons.length > 0) {
      const before = await steps.readState("daso/distribution");
      check.equal(`${at}/m_hat_before`, before, c.tensor(`${at}/m_hat_before`));
    }
    const { name } = baseOf(c);
    const progress = progressOf(c, i);
    checkRampWeight(c, check, { at, progress });
    const reading = await steps.step({
      images: imagesOf(c, at, model),
      y: c.ints(`${at}/y`),
      progress,
      random: c.has(`${at}/perm`)
        ? {
          [`${name}/order`]: { permutation: c.ints(`${at}/perm`) },
          [`${name}/share`]: { beta: c.scalar(`${at}/lam`) },
          // The largest of four draws says how far an image is turned.
          [`${name}/turns`]: { uniform: turned ? ones(c.ints(`${at}/rot_labels`)) : [] },
        }
        : {},
      ...(turned ? { weights: { rotation: c.floats(`${at}/rot_logits`) } } : {}),
      probe: (s) => addons.length > 0 ? semantics(c, steps, s) : {},
    });
    await checkStep(c, check, { at, reading, model, steps });
  }
}

/** The base that a case's tensors and settings name. */
function baseOf(c: GoldenCase): Plugin {
  const { params } = c;
  const ramp = params.ramp === "exp" ? "exponential" : params.ramp;
  const shared = { lambda: params.lambda_u, ramp, rampShare: params.ramp_ratio };
  if (c.has("step0/f")) return meanteacher(shared);
  const mixing = { ...shared, temperature: params.sharpen_T };
  if (!c.has("step0/u_weak")) return mixmatch(mixing);
  return remixmatch({
    ...mixing,
    unmixed: params.weight_kl,
    rotation: params.weight_rot,
    align: params.dist_align,
    exponent: params.dist_align_exponent,
  });
}

function blending({ params }: GoldenCase): Plugin {
  return daso({
    temperature: params.proto_temp,
    spread: params.dist_temp,
    queue: params.queue_max,
    warmup: params.pretrain_steps,
    period: params.pl_dist_update_period,
    align: params.psa_loss_weight ?? 0,
  });
}

function progressOf({ params }: GoldenCase, i: number): Progress {
  const step: number = params.iterations[i];
  return { step, steps: params.max_iter, epoch: 0, epochSteps: params.max_iter };
}

/** A row of four with a 1 at each label. */
function ones(labels: Int32Array): number[] {
  return [...labels].flatMap((label) => [0, 1, 2, 3].map((k) => Number(k === label)));
}

function imagesOf(c: GoldenCase, at: string, model: IdentityModel): CaseImages[] {
  const { params: { B, vector_dim: width } } = c;
  if (c.has(`${at}/f`)) {
    const student = c.floats(`${at}/f`), average = c.floats(`${at}/f_teacher`);
    const half = B * width, known = average.length > half ? average.subarray(0, half) : undefined;
    return [
      model.images("labeled", student.subarray(0, half), known),
      model.images("weak", average.subarray(-half)),
      model.images("weak", student.subarray(half)),
    ];
  }
  return VIEWS.filter(([tensor]) => c.has(`${at}/${tensor}`)).map(([tensor, input]) => {
    const values = c.floats(`${at}/${tensor}`);
    const averaged = tensor === "x" && c.has(`${at}/ema_feats`);
    return model.images(input, values, averaged ? c.floats(`${at}/ema_feats`) : values);
  });
}

function semantics(c: GoldenCase, { state }: StepCase, s: Step): Record<string, AnyTensor> {
  const { queue, held } = state.of("daso");
  const prototypes = queueMeans({ vectors: queue!, held: held! }); // declared
  const weak = s.average.weak[0] ?? s.student.weak[0]!; // every base has one
  return {
    prototypes,
    q_semantic: semanticLabels(weak.features, prototypes, c.params.proto_temp),
  };
}

interface CheckedStep {
  readonly at: string;
  readonly reading: StepReading;
  readonly model: IdentityModel;
  readonly steps: StepCase;
}

/** Tensors of a step that are fed in, or that were compared before. */
const GIVEN = new Set([
  ...VIEWS.map(([tensor]) => tensor),
  ...["y", "f", "f_teacher", "ema_feats", "perm", "rot_logits", "rot_labels", "m_hat_before"],
]);

async function checkStep(
  c: GoldenCase,
  check: Check,
  { at, reading, model, steps }: CheckedStep,
): Promise<void> {
  const { values, gradients } = familyTolerance(c);
  checkLosses(c, check, { at, terms: reading.terms, tolerance: values });
  const passes = await readPasses(model, reading);
  for (const full of c.tensorNames.filter((name) => name.startsWith(`${at}/`))) {
    const name = full.slice(at.length + 1), want = c.tensor(full);
    if (GIVEN.has(name)) continue;
    if (name === "target") check.close(full, reading.probs, want, values);
    else if (name === "m_hat_after") {
      check.equal(full, await steps.readState("daso/distribution"), want);
    } else if (name === "d_rot_logits") {
      check.close(full, reading.gradients.rotation ?? [], want, gradients);
    } else if (reading.probed[name]) check.close(full, reading.probed[name], want, values);
    else if (name === "d_pair") {
      // The weak view's half of the pair has no gradient: nothing of it is learned.
      const strong = gradientOf(passes, c.floats(`${at}/u_strong1`));
      const weak = new Float32Array(want.data.length - strong.length);
      check.close(full, [...weak, ...strong], want, gradients);
    } else if (name === "d_f") check.close(full, passes[0]?.gradient ?? [], want, gradients);
    else if (name.startsWith("chunk")) {
      check.close(full, nearest(passes, c.floats(full)).images, want, values);
    } else if (name.startsWith("d_")) {
      const images = c.floats(`${at}/${name.slice(2)}`);
      check.close(full, gradientOf(passes, images), want, gradients);
    } else check.fail(full, "no result of this name is known");
  }
}

/** A pass that was recorded, read back. */
export interface ReadPass {
  readonly images: Float32Array;
  readonly gradient: Float32Array;
}

/** Images and gradients of the passes of a step. */
export async function readPasses(
  model: IdentityModel,
  { gradients }: StepReading,
): Promise<ReadPass[]> {
  const passes: ReadPass[] = [];
  for (const { images, gradient } of model.recorded) {
    passes.push({ images: await images.device.read(images), gradient: gradients[gradient]! }); // declared
    images.device.release(images);
  }
  return passes;
}

/** The pass whose images are the nearest to what a case says one of them had. */
export function nearest(passes: readonly ReadPass[], images: Float32Array): ReadPass {
  const distance = (pass: ReadPass) =>
    pass.images.length === images.length
      ? images.reduce((sum, x, i) => sum + Math.abs(x - pass.images[i]!), 0) // of one length
      : Infinity;
  return passes.reduce((a, b) => distance(b) < distance(a) ? b : a);
}

function gradientOf(passes: readonly ReadPass[], images: Float32Array): Float32Array {
  return nearest(passes, images).gradient;
}
