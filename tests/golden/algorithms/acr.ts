import {
  acrBeliefs,
  confidentLabels,
  eitherConfident,
} from "../../../algorithms/bases/acr/beliefs.ts";
import { acr, type AcrOptions } from "../../../algorithms/bases/acr/acr.ts";
import { confidentClasses, strengthFrom } from "../../../algorithms/bases/acr/class_anchors.ts";
import { logPrior } from "../../../algorithms/shared/log_prior.ts";
import { argmax, max } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import type { StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
/** What marks a labeled image among the unlabeled ones. */
const LABELED = -2;

/** Checks `alg_acr` and `alg_acr_d`: steps of some epochs, one after the other on one state. */
export const run: GoldenRunner = async (c, check, open) => {
  const device = await open();
  const read = new CaseReader(c, check, TOLERANCE);
  const p = c.params, B = p.B as number, unlabeled = B * (p.mu as number);
  const model = new StubModel({ heads: { main: p.classes, balanced: p.classes } });
  const options: AcrOptions = {
    ...acr().config as unknown as AcrOptions, // its own

    threshold: p.threshold,
    strength: p.tau1,
    targetStrength: p.tau12,
    balancedStrength: p.tau2,
    momentum: p.ema_u,
    dynamic: c.group !== "alg_acr_d",
  };
  const stack = compose(acr(options));
  const trace = new StepCase(device, { stack, model, data: { counts: p.labelled_counts } });
  const state = trace.state.of("acr");
  const views: StubViews = [
    ["labeled", B],
    ["weak", unlabeled],
    ["strong", unlabeled],
    ["strong", unlabeled],
  ];
  const { steps_per_epoch: epochSteps = 0, first_epoch: first = 0 } = p as Record<string, number>;
  const begin = first * epochSteps, count = stepsOf(c);
  let measured: number | null = null;
  for (let i = 0; i < count; i++) {
    const at = `step${i}`, step = begin + i, epoch = Math.floor(step / epochSteps);
    const progress = { step, steps: begin + count, epoch, epochSteps };
    read.equal(`${at}/epoch`, epoch);
    if (step % epochSteps === 0) {
      const sums = await trace.readState("acr/distance");
      measured = strengthFrom(sums.map((k) => k / epochSteps), p.tau1);
      await trace.between("epoch", { progress });
    }
    if (read.scalar(`${at}/tau_measured`) !== null) {
      read.close(`${at}/tau_measured`, measured ?? NaN);
    }
    const got = await trace.step({
      images: model.images(views, {
        main: read.floats(`${at}/z`),
        balanced: read.floats(`${at}/b`),
      }),
      y: read.ints(`${at}/y`),
      isLabeled: read.ints(`${at}/flag`).map((flag) => flag === LABELED ? 1 : 0),
      progress,
      probe: (s, t) => probed(s, t, { options, strength: state["strength"]! }), // declared
    });
    checkStep(read, at, got);
    // Classes are noted from the epoch on in which the estimate begins.
    const noted = epoch > options.estimateAfter;
    const none = new Float32Array(p.classes);
    read.close(`${at}/d`, noted ? got.probed["d"] ?? [] : none);
    read.close(`${at}/gz`, model.gradient(got, "main"), GRADIENT);
    read.close(`${at}/gb`, model.gradient(got, "balanced"), GRADIENT);
    read.close(`${at}/u`, await trace.readState("acr/estimate"));
    read.close(`${at}/K`, await trace.readState("acr/distance"));
  }
  read.finish();
};

/** Steps that a case has results of. */
function stepsOf({ scalarNames }: GoldenCase): number {
  return scalarNames.filter((name) => /^step\d+\/loss$/.test(name)).length;
}

/** What the method makes on the way, by its own functions. */
function probed(
  s: Step,
  t: Targets,
  { options, strength }: { readonly options: AcrOptions; readonly strength: Tensor },
): Record<string, Tensor | Tensor<"i32">> {
  const { prior, data, batch: { unlabeled: { isLabeled } } } = s, { threshold } = options;
  const { target, raw, balanced } = acrBeliefs(s.student.weak[0]!, { prior, config: options }); // asked for
  const seen = confidentLabels(balanced, { isLabeled, threshold });
  return {
    prior,
    A1: logPrior(prior, strength),
    t: argmax(t.probs, 1),
    tH: argmax(target, 1),
    tB: seen.labels,
    q: max(t.probs, 1),
    qH: max(target, 1),
    qB: max(balanced, 1),
    qR: max(raw, 1),
    m_bal: eitherConfident(balanced, target, threshold),
    d: confidentClasses(seen, data.classes, options.estimator),
  };
}

function checkStep(read: CaseReader, at: string, { terms, loss, mask, probed }: StepReading): void {
  read.close("prior", probed["prior"] ?? []);
  read.close(`${at}/A1`, probed["A1"] ?? []);
  for (const name of ["t", "tH", "tB", "m_bal"]) read.equal(`${at}/${name}`, probed[name] ?? []);
  for (const name of ["q", "qH", "qB", "qR"]) read.close(`${at}/${name}`, probed[name] ?? []);
  read.equal(`${at}/m_std`, mask);
  read.close(`${at}/Lx`, terms["labeled"] ?? NaN);
  read.close(`${at}/Lx_b`, terms["labeledBalanced"] ?? NaN);
  read.close(`${at}/Lu`, terms["unlabeled"] ?? NaN);
  read.close(`${at}/Lu_b`, terms["unlabeledBalanced"] ?? NaN);
  read.close(`${at}/loss`, loss);
}
