import { adsh } from "../../../algorithms/addons/adsh.ts";
import { saw } from "../../../algorithms/addons/saw.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax } from "../../../core/autograd/ops/mod.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

/** Whether a case is of SAW or Adsh in SEVAL's code. */
export function isSevalAddon(c: GoldenCase): boolean {
  return c.has("s_initial") ||
    c.has("step0/p_model") && !c.has("step0/time_p") && c.has("step0/pl") &&
      !c.hasScalar("step0/ent_loss");
}

/** Steps of SAW, whose counts are running ones there, or of Adsh, on FixMatch. */
export async function checkSevalAddon(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, p = c.params;
  const classes: number = p.classes, B: number = p.B, unlabeled = B * p.mu, all: number = p.M;
  const views: StubViews = [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]];
  const model = new StubModel({ heads: { main: classes } }), own = c.has("s_initial");
  const addon = own
    ? adsh({ threshold: p.threshold, rule: "released" })
    : saw({ counts: "running", momentum: p.ema, labeledBeta: 0 });
  const steps = new StepCase(device, {
    stack: compose(fixmatch({ threshold: p.threshold, lambda: p.lambda_u }), addon),
    model,
    data: { counts: p.labelled_counts, unlabeled: all },
  });
  const strengths = async () => (await steps.readState("adsh/thresholds")).map((t) => -Math.log(t));
  if (own) read.close("s_initial", await strengths());
  else steps.setState("saw/counts", read.floats("initial_p_model").map((share) => share * all));
  for (let i = 0; c.has(`step${i}/z`); i++) {
    const at = `step${i}`;
    if (i === 1 && own) {
      const logits = read.floats("update/ul_logits"), images = logits.length / classes;
      const seen = { logits, features: new Float32Array(), labels: null, images, classes };
      await steps.between("epoch", {
        progress: progressOf(i),
        predict: () => Promise.resolve(seen),
      });
      read.close("update/s", await strengths());
      read.close("update/threshold", await steps.readState("adsh/thresholds"));
    }
    const got = await steps.step({
      images: model.images(views, { main: read.floats(`${at}/z`) }),
      y: read.ints(`${at}/y`),
      index: { unlabeled: read.ints(`${at}/index`) },
      progress: progressOf(i),
      probe: (_, t) => ({ pl: argmax(t.probs, 1) }),
    });
    read.equal(`${at}/pl`, got.probed["pl"] ?? []);
    read.close(`${at}/weight`, got.mask);
    read.close(`${at}/loss_cls`, got.terms["labeled"] ?? NaN);
    read.close(`${at}/loss_cons`, got.terms["unlabeled"] ?? NaN);
    read.close(`${at}/loss`, got.loss);
    read.close(`${at}/d_z`, model.gradient(got, "main"), familyTolerance(c).gradients);
    if (own) continue;
    read.close(`${at}/p_model`, (await steps.readState("saw/counts")).map((n) => n / all));
  }
}

function progressOf(step: number): Progress {
  return { step, steps: 1000, epoch: step, epochSteps: 1 };
}
