import { cdmad } from "../../../algorithms/addons/cdmad.ts";
import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import { deinterleave, interleave } from "../../../algorithms/shared/batch_rows.ts";
import { bankMean, temperedPrior } from "../../../algorithms/shared/distribution_alignment.ts";
import { drawMixing, mixRows } from "../../../algorithms/shared/mixing.ts";
import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { concat, oneHot, softmax } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Step } from "../../../core/training/plugin/step_slots.ts";
import type { Check } from "../check.ts";
import { BlankModel } from "./blank_model.ts";
import type { CaseReader } from "./case_reader.ts";
import type { CaseStep, StepReading } from "./case_step.ts";
import { checkPasses, progressOf, releasedOptions } from "./cdmad.ts";
import { interleaveOffsets } from "./cossl_functions.ts";
import { checkQueue } from "./cossl_mixing.ts";
import { IdentityModel } from "./identity_model.ts";
import { StepCase } from "./step_case.ts";

const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const RAMP = { ramp: "linear", rampShare: 1 } as const;

/** An identity network with the image without a pattern, for a step of so many images. */
function blankIdentity(classes: number, { B, U }: { readonly B: number; readonly U: number }) {
  const mixed = 1 + 3 * U / B;
  const inner = new IdentityModel({
    width: classes,
    classes,
    passes: { count: mixed + 3, rows: [...new Array<number>(mixed).fill(B), B, U, U] },
    heads: { rotation: [U, 4] },
  });
  // An image is a row of the student and one of the average.
  return { inner, mixed, model: new BlankModel(inner, 2 * classes) };
}

/** Draws of a step: one share, one order, and how far images are turned. */
export function mixingDraws(read: CaseReader, at: string): NonNullable<CaseStep["random"]> {
  const order = { permutation: read.ints(`${at}/perm`) };
  const share = { beta: read.scalar(`${at}/lam_mix`) as number };
  // The largest of four draws says how far an image is turned.
  const turns = [...read.ints(`${at}/rot_k`)];
  const uniform = turns.flatMap((turn) => [0, 1, 2, 3].map((k) => Number(k === turn)));
  return {
    "remixmatch/order": order,
    "remixmatch/share": share,
    "remixmatch/turns": { uniform },
    "probe/order": order,
    "probe/share": share,
  };
}

/** ReMixMatch on given logits. */
export async function checkMixed(read: CaseReader, check: Check, device: Device): Promise<void> {
  const { params: p } = read.case, { classes, B } = p, U = B * p.mu;
  const { inner, mixed, model } = blankIdentity(classes, { B, U });
  check.equal("interleave", await interleaveOffsets(device, B, mixed), p.interleave_offsets);
  const trace = new StepCase(device, {
    stack: compose(
      remixmatch({
        ...releasedOptions("remixmatch"),
        temperature: p.T,
        lambda: p.lambda_u,
        unmixed: p.w_ent,
        rotation: p.w_rot,
        align: p.align,
        batches: p.queue,
        ...RAMP,
      }),
      cdmad({ startEpoch: p.start_after_epoch }),
    ),
    model,
    data: { counts: p.labelled_counts, unlabeled: p.unlabelled_counts_for_target_sum },
  });
  const total = p.unlabelled_counts_for_target_sum as number;
  read.close("target", temperedPrior(p.labelled_counts, 1).map((share) => share * total));
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`, progress = progressOf(read, step);
    read.equal(`${at}/epoch`, progress.epoch);
    read.equal(`${at}/subtracted`, progress.epoch > p.start_after_epoch);
    read.close(`${at}/real_epoch`, progress.step / progress.epochSteps);
    const white = read.floats(`${at}/white`);
    const image = (input: "labeled" | "weak" | "strong", name: string) =>
      inner.images(input, read.floats(`${at}/${name}`));
    const got = await trace.step({
      images: [
        image("labeled", "z_xs"),
        image("labeled", "z_xw"),
        image("weak", "z_u"),
        image("strong", "z_s1"),
        image("strong", "z_s2"),
      ],
      y: read.ints(`${at}/y`),
      progress,
      weights: { blank: [...white, ...white], rotation: read.floats(`${at}/z_rot`) },
      random: mixingDraws(read, at),
      probe: (s, t) => probe(s, t.probs, { lambda: p.lambda_u, unmixed: p.w_ent, mixed }),
    });
    for (const { images } of inner.recorded) device.release(images);
    checkPasses(read, check, model.rows);
    read.close(`${at}/q`, got.probs);
    for (const [name, values] of Object.entries(got.probed)) read.close(`${at}/${name}`, values);
    checkTerms(read, at, got);
    const of = (pass: number) => got.gradients[`pass/${pass}`]!; // there are so many
    const parts = Array.from({ length: mixed }, (_, i) => device.tensor(of(i), [B, classes]));
    read.close(`${at}/d_z_mixed`, await device.read(deinterleave(parts)), GRADIENT);
    read.close(`${at}/d_z_xw`, of(mixed), GRADIENT);
    read.close(`${at}/d_z_rot`, got.gradients["rotation"] ?? [], GRADIENT);
    read.close(`${at}/d_z_s1`, of(mixed + 2), GRADIENT);
    await checkQueue(read, trace, at);
  }
}

function checkTerms(read: CaseReader, at: string, { terms, loss, probed }: StepReading): void {
  const { w_rot } = read.case.params;
  const term = (name: string) => terms[name] ?? NaN;
  const weight = (name: string) => probed[name]?.[0] ?? NaN;
  read.close(`${at}/Lx_mixed`, term("labeled"));
  read.close(`${at}/Lx_weak`, term("plain"));
  read.close(`${at}/Lx`, term("labeled") + term("plain"));
  read.close(`${at}/Lu`, term("unlabeled") / weight("w"));
  read.close(`${at}/Le`, term("unmixed") / weight("w_ent_eff"));
  read.close(`${at}/Lr`, term("rotation") / w_rot);
  read.close(`${at}/loss`, loss);
}

function probe(
  s: Step,
  probs: Tensor,
  { lambda, unmixed, mixed }: {
    readonly lambda: number;
    readonly unmixed: number;
    readonly mixed: number;
  },
): Record<string, AnyTensor> {
  const { y } = s.batch.labeled, rows = mixed * y.size;
  const targets = [
    oneHot(y, s.data.classes),
    ...new Array<Tensor>((mixed - 1) * y.size / probs.shape[0]!).fill(probs),
  ];
  const numbers = Float32Array.from({ length: rows }, (_, i) => i);
  const ramp = rampWeight(RAMP, s.progress);
  const scalar = (x: number) => y.device.tensor([x], [1]);
  return {
    p: softmax(s.student.weak[0]!.logits()), // asked for
    mixed_target: mixRows(targets, drawMixing(s, 1, rows)),
    forward_rows: concat(interleave(y.device.tensor(numbers, [rows, 1]), y.size)),
    z_mixed: deinterleave(Array.from({ length: mixed }, (_, i) => s.late(`mixed${i}`).logits())),
    w: scalar(s.ramp(ramp, lambda)),
    w_ent_eff: scalar(s.ramp(ramp, unmixed)),
  };
}

/** Alignment over epochs that are longer than the queue, which each begins anew. */
export async function checkAligned(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, { classes, U } = p, epochSteps = p.steps_per_epoch as number;
  const { inner, mixed, model } = blankIdentity(classes, { B: U, U });
  const trace = new StepCase(device, {
    stack: compose(
      remixmatch({ ...releasedOptions("remixmatch"), align: true, batches: p.ring }),
      cdmad({ startEpoch: 0 }),
    ),
    model,
    data: { counts: p.labelled_counts, unlabeled: p.unlabelled_counts_for_target_sum },
  });
  const total = p.unlabelled_counts_for_target_sum as number;
  read.close("target", temperedPrior(p.labelled_counts, 1).map((share) => share * total));
  const z = read.floats("z_u"), white = read.floats("white"), none = new Float32Array(U * classes);
  const order = { permutation: Int32Array.from({ length: mixed * U }, (_, i) => i) };
  const lengths: number[] = [];
  for (const [e, epoch] of (p.epochs as readonly number[]).entries()) {
    for (let k = 0; k < epochSteps; k++) {
      const step = e * epochSteps + k;
      const weak = z.subarray(step * U * classes, (step + 1) * U * classes);
      const got = await trace.step({
        images: [
          inner.images("labeled", none),
          inner.images("labeled", none),
          inner.images("weak", weak),
          inner.images("strong", none),
          inner.images("strong", none),
        ],
        y: new Array<number>(U).fill(0),
        progress: { step: epoch * epochSteps + k, steps: 1e6, epoch, epochSteps },
        weights: { blank: [...white, ...white] },
        random: {
          "remixmatch/order": order,
          "remixmatch/share": { beta: 1 },
          "remixmatch/turns": { uniform: new Array<number>(4 * U).fill(0) },
        },
      });
      for (const { images } of inner.recorded) device.release(images);
      read.close(`q_${step}`, got.probs);
    }
    const { bank, held } = trace.state.of("remixmatch");
    const mean = bankMean({ bank: bank!, held: held! }); // declared
    read.close(`queue_mean_end_${e}`, await device.read(mean));
    lengths.push((await device.read(held!))[0]!); // one number
  }
  read.equal("queue_length_end", lengths);
}
