import { abc, balancedMasks, keepProbabilities } from "../../../algorithms/addons/abc.ts";
import { daso } from "../../../algorithms/addons/daso/daso.ts";
import { distalign } from "../../../algorithms/addons/distalign.ts";
import { logitadjust } from "../../../algorithms/addons/logitadjust.ts";
import { seval } from "../../../algorithms/addons/seval/seval.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax, queueMeans } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor } from "../../../core/autograd/tensor.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { compose, type Stack } from "../../../core/training/plugin/compose.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import { IdentityModel } from "./identity_model.ts";
import type { CaseImages, StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

/** State of SEVAL by the name that cases give it. */
const STATE: Readonly<Record<string, string>> = {
  alpha: "seval/alpha",
  pi: "seval/pi",
  tau: "seval/tau",
  pi_abc: "seval/abcPi",
  tau_abc: "seval/abcTau",
};

/** Steps of FixMatch with SEVAL, alone and with what its authors combine it with. */
export async function checkSevalSteps(c: GoldenCase, check: Check, device: Device): Promise<void> {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  const { params } = c, B: number = params.B, unlabeled = B * params.mu;
  const views: StubViews = [["labeled", B], ["weak", unlabeled], ["strong", unlabeled]];
  const classes: number = params.classes, balanced = c.has("z_abc");
  const features: number = params.feature_dim ?? 0;
  const stub = new StubModel({ heads: { main: classes, ...(balanced ? { abc: classes } : {}) } });
  const identity = new IdentityModel({ width: features, classes });
  const steps = new StepCase(device, {
    stack: stackOf(c),
    model: features > 0 ? identity : stub,
    data: { counts: params.labelled_counts, features },
  });
  for (const [name, key] of Object.entries(STATE)) {
    if (c.has(name)) steps.setState(key, reader.floats(name));
  }
  const name = (i: number, what: string) => balanced ? what : `step${i}/${what}`;
  for (let i = 0; c.has(name(i, "y")) && (i === 0 || !balanced); i++) {
    const at = (what: string) => name(i, what);
    const logits = (what: string) => reader.floats(at(what));
    const images = features > 0
      ? featureImages(reader, at, { identity, views, width: features })
      : stub.images(views, {
        main: logits("z"),
        ...(balanced ? { abc: logits("z_abc") } : {}),
      });
    const draws = balanced
      ? {
        labeled: { uniform: reader.floats("u_l") },
        unlabeled: { uniform: reader.floats("u_u") },
      }
      : { labeled: {}, unlabeled: {} };
    const reading = await steps.step({
      images,
      y: reader.ints(at("y")),
      progress: {
        step: params.iter ?? i,
        steps: params.max_iter ?? 1000,
        epoch: 0,
        epochSteps: params.eval_period ?? 1000,
      },
      random: {
        "abc/labeled": draws.labeled,
        "abc/unlabeled": draws.unlabeled,
        "probe/labeled": draws.labeled,
        "probe/unlabeled": draws.unlabeled,
      },
      probe: (s, t) => probe(steps, s, t, { balanced, prototypes: features > 0 }),
    });
    checkStep(reader, at, reading);
    const { gradients } = familyTolerance(c);
    if (features > 0) checkFeatureGradients(reader, check, { at, identity, reading });
    else {
      reader.close(at("d_z"), stub.gradient(reading, "main"), gradients);
      if (balanced) reader.close(at("d_z_abc"), stub.gradient(reading, "abc"), gradients);
    }
  }
  reader.finish();
}

/** Compares targets, mask and loss terms of a step. */
export function checkStep(
  reader: CaseReader,
  at: (what: string) => string,
  { probs, mask, probed, terms, loss }: StepReading,
): void {
  const sum = (names: readonly string[]) => names.reduce((all, n) => all + (terms[n] ?? 0), 0);
  reader.close(at("p"), probs);
  reader.equal(at("mask"), mask);
  if (probed.pl) reader.equal(at("pl"), probed.pl);
  for (const name of ["p_abc", "g", "prototypes"]) {
    if (probed[name]) reader.close(at(name), probed[name]);
  }
  reader.close(at("loss_cls"), sum(["labeled"]));
  reader.close(at("loss_cons"), sum(["unlabeled"]));
  reader.close(at("loss_assign"), sum(["alignment"]));
  reader.close(at("loss_abc"), sum(["abc labeled", "abc unlabeled"]));
  reader.close(at("loss"), loss);
  if (reader.has(at("pretraining_during_step"))) {
    reader.equal(at("pretraining_during_step"), terms.alignment === undefined);
  }
}

function stackOf(c: GoldenCase): Stack {
  const { params } = c;
  const addons: Plugin[] = [seval({ mode: "load" })];
  if (params.logit_adjust) addons.push(logitadjust({ tau: params.la_tau }));
  if (params.dist_align) addons.push(distalign({ exponent: params.dist_align_exponent }));
  if (c.has("z_abc")) addons.push(abc());
  if (params.queue_max !== undefined) {
    addons.push(daso({
      temperature: params.proto_temp,
      queue: params.queue_max,
      warmup: params.pretrain_steps,
      align: params.psa_loss_weight,
      // As the recipe of DASO has it beside SEVAL.
      adaptive: false,
      share: 0,
    }));
  }
  return compose(fixmatch({ lambda: params.lambda_u ?? 1 }), ...addons);
}

/** Images of a network whose features are given, and whose logits are the first of them. */
function featureImages(
  reader: CaseReader,
  at: (what: string) => string,
  { identity, views, width }: {
    readonly identity: IdentityModel;
    readonly views: StubViews;
    readonly width: number;
  },
): CaseImages[] {
  const rows = reader.floats(at("feats")), average = reader.floats(at("ema_feats"));
  let from = 0;
  return views.map(([input, count]) => {
    const own = rows.subarray(from * width, (from + count) * width);
    from += count;
    return identity.images(input, own, input === "labeled" ? average : own);
  });
}

/** The original runs the network twice; here the gradients of both come back as one. */
function checkFeatureGradients(
  reader: CaseReader,
  check: Check,
  { at, identity, reading }: {
    readonly at: (what: string) => string;
    readonly identity: IdentityModel;
    readonly reading: StepReading;
  },
): void {
  const first = reader.floats(at("d_forward1")), second = reader.floats(at("d_forward2"));
  const got = reading.images.flatMap((image) => [...identity.studentPart(image)]);
  const { gradients } = familyTolerance(reader.case);
  check.close(at("d_forward1"), got, first.map((x, i) => x + second[i]!), gradients); // alike
}

/** What a step's tensors ask for beyond targets, mask and losses. */
function probe(
  { state }: StepCase,
  s: Step,
  t: Targets,
  { balanced, prototypes }: { readonly balanced: boolean; readonly prototypes: boolean },
): Record<string, AnyTensor> {
  const probed: Record<string, AnyTensor> = { pl: argmax(t.probs, 1) };
  if (prototypes) {
    const { queue, held } = state.of("daso");
    probed.prototypes = queueMeans({ vectors: queue!, held: held! }); // declared
  }
  if (balanced) {
    // The thresholds of SEVAL stand in the place of ABC's own.
    probed.p_abc = balancedMasks(s, { threshold: 1, refine: true }).probs;
    probed.g = keepProbabilities(s, s.progress.step);
  }
  return probed;
}
