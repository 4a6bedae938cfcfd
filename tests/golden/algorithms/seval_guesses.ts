import { seval } from "../../../algorithms/addons/seval/seval.ts";
import { meanteacher } from "../../../algorithms/bases/meanteacher.ts";
import { mixmatch } from "../../../algorithms/bases/mixmatch.ts";
import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { CaseReader } from "./case_reader.ts";
import { nearest, readPasses } from "./daso_mixing.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { IdentityModel } from "./identity_model.ts";
import type { StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";

/** Most passes with gradient that MixMatch runs in a step of equal batches. */
const PASSES = 3;

/** A step of MixMatch whose guesses SEVAL refines. */
export async function checkSevalMixing(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const { reader, model, steps, progress } = begin(c, check, { device, base: mixmatch });
  const reading = await steps.step({
    images: [
      model.images("labeled", reader.floats("x")),
      model.images("weak", reader.floats("u1")),
      model.images("weak", reader.floats("u2")),
    ],
    y: reader.ints("y"),
    progress,
    random: {
      "mixmatch/order": { permutation: reader.ints("perm") },
      "mixmatch/share": { beta: reader.scalar("lam") },
    },
  });
  checkTerms(reader, reading);
  const passes = await readPasses(model, reading);
  const { gradients } = familyTolerance(c);
  for (let i = 0; c.has(`chunk${i}`); i++) {
    const pass = nearest(passes, reader.floats(`chunk${i}`));
    reader.close(`chunk${i}`, pass.images);
    reader.close(`d_chunk${i}`, pass.gradient, gradients);
  }
  reader.finish();
}

/** A step of Mean Teacher whose averaged network's logits SEVAL refines. */
export async function checkSevalTeacher(
  c: GoldenCase,
  check: Check,
  device: Device,
): Promise<void> {
  const { reader, model, steps, progress } = begin(c, check, { device, base: meanteacher });
  const reading = await steps.step({
    images: [
      model.images("labeled", reader.floats("x")),
      model.images("weak", reader.floats("z_teacher")),
      model.images("weak", reader.floats("z_student")),
    ],
    y: reader.ints("y"),
    progress,
  });
  checkTerms(reader, reading);
  const [labeled, , student] = reading.images.map((image) => model.studentPart(image));
  reader.close("d_z", [...labeled!, ...student!], familyTolerance(c).gradients); // three views
  reader.finish();
}

interface Begun {
  readonly reader: CaseReader;
  readonly model: IdentityModel;
  readonly steps: StepCase;
  readonly progress: Progress;
}

function begin(
  c: GoldenCase,
  check: Check,
  { device, base }: {
    readonly device: Device;
    readonly base: typeof mixmatch | typeof meanteacher;
  },
): Begun {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  const { params: { B, classes, iter: step, max_iter: max, ...params } } = c;
  const ramp = {
    ramp: params.ramp === "exp" ? "exponential" : params.ramp,
    rampShare: params.ramp_ratio,
  } as const;
  const make = base as (options: object) => Plugin;
  const method = make({
    lambda: params.lambda_u,
    ...ramp,
    ...(params.sharpen_T === null ? {} : { temperature: params.sharpen_T }),
  });
  const mixing = base === mixmatch;
  const model = new IdentityModel({
    width: classes,
    classes,
    ...(mixing ? { passes: { count: PASSES, rows: B } } : {}),
  });
  const steps = new StepCase(device, {
    stack: compose(method, seval({ mode: "load" })),
    model,
    data: { counts: new Array(classes).fill(1), features: classes },
  });
  steps.setState("seval/pi", reader.floats("pi"));
  const progress = { step, steps: max, epoch: 0, epochSteps: max };
  reader.close("ramp_value", rampWeight(ramp, progress));
  return { reader, model, steps, progress };
}

function checkTerms(reader: CaseReader, { probs, terms, loss }: StepReading): void {
  reader.close("target", probs);
  reader.close("loss_cls", terms.labeled ?? NaN);
  reader.close("loss_cons", terms.unlabeled ?? NaN);
  reader.close("loss", loss);
}
