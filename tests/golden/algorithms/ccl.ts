import { addGuesses, cclBeliefs } from "../../../algorithms/bases/ccl/beliefs.ts";
import {
  ccl,
  type CclOptions,
  smoothedViews,
  supportOf,
} from "../../../algorithms/bases/ccl/ccl.ts";
import { smoothedLabels, softContrastiveLoss } from "../../../algorithms/bases/ccl/contrastive.ts";
import { logPrior } from "../../../algorithms/shared/log_prior.ts";
import { sharpen } from "../../../algorithms/shared/mixing.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax, logSumExp, mul, neg, sub, sum } from "../../../core/autograd/ops/mod.ts";
import { gradients } from "../../../core/autograd/tape.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Body, Model } from "../../../core/nn/model.ts";
import type { Builder } from "../../../core/nn/builder.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Progress, Targets } from "../../../core/training/plugin/step_slots.ts";
import type { Check } from "../check.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import type { StepReading } from "./case_step.ts";
import { checkProjectors } from "./ccl_network.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-4, absolute: 1e-7 } as const;
/** What marks a labeled image among the unlabeled ones. */
const LABELED = -2;

type CclStep = Parameters<typeof supportOf>[0];

/** Checks `alg_ccl`: what a case is shows in what it holds. */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, c.params.channels ? { relative: 1e-4 } : TOLERANCE);
  const device = await open();
  if (c.params.channels) await checkProjectors(read, device);
  else if (c.params.steps) await checkSteps(read, device);
  else if (read.has("unlabelled_embeddings")) await checkSmoothing(read, device);
  else if (read.has("embeddings")) await checkContrast(read, device);
  else if (c.params.power) await checkSharpening(read, device);
  else await checkAdjustment(read, check, device);
  read.finish();
};

/** Options of a case whose steps are those of a run. */
export function optionsOf({ case: { params: p } }: CaseReader): CclOptions {
  const own = ccl().config as unknown as CclOptions; // its own
  return {
    ...own,
    threshold: p.threshold,
    strength: p.tau,
    temperature: p.T,
    energy: p.energy_threshold,
    classification: p.lambda1,
    smooth: p.lambda2,
    contrastTemperature: p.temperature ?? own.contrastTemperature,
    spread: p.spread ?? own.spread,
    sharpness: p.sharpen ?? own.sharpness,
    momentum: p.alpha,
    allMomentum: p.beta,
    estimateAfter: p.est_epoch,
    refresh: p.upbatch,
  };
}

/** Where step `i` of a case is, whose epochs are listed. */
export function progressOf({ case: { params: p } }: CaseReader, i: number): Progress {
  const epochSteps = p.steps_per_epoch as number;
  const epoch = p.epochs[Math.floor(i / epochSteps)] as number; // every step is of one
  const step = epoch * epochSteps + i % epochSteps;
  return { step, steps: step + 1, epoch, epochSteps };
}

/** A stub network that is given logits and embeddings of images, and the class centres. */
class CentreStub implements Model {
  readonly name = "centre-stub";
  readonly inner: StubModel;
  readonly #centres: readonly [classes: number, length: number];

  constructor(classes: number, length: number) {
    this.inner = new StubModel({
      heads: { main: classes, balanced: classes, projection: length },
    });
    this.#centres = [classes, length];
  }

  build(b: Builder): Body {
    const centres = b.parameter("centres", this.#centres, constant(0));
    // Whose weights centres are made of does not matter: they are given.
    b.parameter("fc1.weight", [1, 1], constant(0));
    const body = this.inner.build();
    return { ...body, heads: { ...body.heads, centres: (_, pass) => centres(pass) } };
  }
}

async function checkSteps(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, { B, classes: C, D } = p, U = B * p.mu;
  const options = optionsOf(read), model = new CentreStub(C, D), { inner } = model;
  const trace = new StepCase(device, {
    stack: compose(ccl(options)),
    model,
    data: { counts: p.labelled_counts },
  });
  const views: StubViews = [
    ["labeled", B],
    ["weak", U],
    ["strong", U],
    ["strong", U],
    ["labeled", B],
    ["labeled", B],
  ];
  const state = trace.state.of("ccl");
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`;
    await checkBefore(read, trace, at);
    const got = await trace.step({
      images: inner.images(views, {
        main: read.floats(`${at}/z`),
        balanced: read.floats(`${at}/b`),
        projection: read.floats(`${at}/e`),
      }),
      y: read.ints(`${at}/y`),
      isLabeled: read.ints(`${at}/flag`).map((flag) => flag === LABELED ? 1 : 0),
      progress: progressOf(read, step),
      weights: { centres: read.floats(`${at}/centres`) },
      probe: (s, t, m) => probe({ ...s, config: options, state } as CclStep, t, m),
    });
    checkStep(read, at, { got, options });
    const rows = (name: string, n: number) => inner.gradient(got, name).subarray(0, n);
    read.close(`${at}/d_z`, rows("main", (B + 3 * U) * C), GRADIENT);
    read.close(`${at}/d_b`, rows("balanced", (B + 3 * U) * C), GRADIENT);
    read.close(`${at}/d_e`, inner.gradient(got, "projection"), GRADIENT);
    read.close(`${at}/d_centres`, got.gradients["centres"] ?? [], GRADIENT);
    await checkAfter(read, trace, at);
  }
  await checkTestShares(read, trace);
}

/** What a step finds. */
export async function checkBefore(read: CaseReader, trace: StepCase, at: string): Promise<void> {
  read.close(`${at}/p_u`, await trace.readState("ccl/unlabeledShares"));
  read.close(`${at}/p_all`, await trace.readState("ccl/allShares"));
}

/** What a step leaves. */
export async function checkAfter(read: CaseReader, trace: StepCase, at: string): Promise<void> {
  read.close(`${at}/p_u_after`, await trace.readState("ccl/unlabeledShares"));
  read.close(`${at}/p_all_after`, await trace.readState("ccl/allShares"));
}

/** The mean of both priors, which only logits that are not evaluated here are adjusted by. */
export async function checkTestShares(read: CaseReader, trace: StepCase): Promise<void> {
  const all = await trace.readState("ccl/allShares");
  const total = trace.data.counts.reduce((a, b) => a + b, 0);
  read.close("p_l", trace.data.counts.map((n) => n / total));
  read.close("test_shares", all.map((share, c) => share / 2 + trace.data.counts[c]! / total / 2));
}

/** What the method makes on the way, by its own functions. */
export function probe(s: CclStep, t: Targets, m: Tensor): Record<string, AnyTensor> {
  const { logits, probs, reliable } = cclBeliefs(s, s.state), { temperature, sharpness } = s.config;
  const { aim, weak, strong: [first, second] } = smoothedViews(s, supportOf(s));
  const unseen = mul(reliable, sub(1, s.batch.unlabeled.isLabeled));
  return {
    z_co: mul(logits, temperature),
    q: probs,
    label: argmax(t.probs, 1),
    energy: neg(logSumExp(logits, 1)),
    reliable,
    reliable_rows: sum(reliable),
    q_sharp: sharpen(probs, 1 / sharpness),
    aim,
    smooth_w: weak,
    smooth_s1: first,
    smooth_s2: second,
    n_u: addGuesses(s.state.unlabeledCounts, t.probs, unseen),
    n_all: addGuesses(s.state.allCounts, t.probs, m),
  };
}

/** Compares a step; `refreshed` is what its counts being one again says. */
export function checkStep(
  read: CaseReader,
  at: string,
  { got: { terms, loss, mask, probed }, options: { classification, smooth, lambda } }: {
    readonly got: StepReading;
    readonly options: CclOptions;
  },
): void {
  for (const [name, values] of Object.entries(probed)) {
    if (name === "label") read.equal(`${at}/label`, values);
    else read.close(`${at}/${name}`, values);
  }
  read.equal(`${at}/mask`, mask);
  const most = Math.max(lambda, read.case.params.mu);
  const term = (name: string, weight: number) => (terms[name] ?? NaN) / weight;
  const [x, xb] = [term("labeled", classification), term("labeledBalanced", classification)];
  const u = term("unlabeled", most * classification);
  const ub = term("unlabeledBalanced", most * classification);
  for (const [name, value] of Object.entries({ Lx: x, Lxb: xb, Lu: u, Lub: ub })) {
    read.close(`${at}/${name}`, value);
  }
  read.close(`${at}/Lcls`, x + xb + most * (u + ub));
  read.close(`${at}/Lsmooth`, term("smooth", smooth));
  read.close(`${at}/Lreliable`, term("reliable", 1 - classification));
  read.close(`${at}/loss`, loss);
  const { epoch, epochSteps, step } = progressOf(read, Number(at.slice("step".length)));
  read.equal(`${at}/epoch`, epoch);
  const { est_epoch, upbatch } = read.case.params;
  read.equal(`${at}/refreshed`, epoch > est_epoch && (step % epochSteps + 1) % upbatch === 0);
}

async function checkSmoothing(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case;
  const tensor = (name: string) => device.tensor(read.floats(name), read.case.tensor(name).shape);
  const [l, u] = [tensor("labelled_embeddings"), tensor("unlabelled_embeddings")];
  const labels = tensor("label"), g = tensor("g"), la = tensor("la");
  for (const [end, offsets] of [["", undefined], ["_la", la]] as const) {
    const settings = {
      temperature: p.temperature,
      spread: p.spread,
      ...(offsets ? { offsets } : {}),
    };
    const out = () => smoothedLabels(u, { embeddings: l, labels }, settings);
    read.close(`out${end}`, await device.read(out()));
    const { grads: [dl, du] } = gradients([l, u], () => sum(mul(out(), g)));
    read.close(`d_labelled${end}`, await device.read(dl!), GRADIENT); // two tensors
    read.close(`d_unlabelled${end}`, await device.read(du!), GRADIENT);
  }
}

async function checkContrast(read: CaseReader, device: Device): Promise<void> {
  const { params: { classes, temperature } } = read.case;
  const tensor = (name: string) => device.tensor(read.floats(name), read.case.tensor(name).shape);
  const rows = tensor("embeddings"), labels = tensor("label");
  const { value, grads: [d] } = gradients(
    [rows],
    () => softContrastiveLoss(rows, labels, { centres: classes, temperature }),
  );
  read.close("loss", await device.read(value));
  read.close("d_embeddings", await device.read(d!), GRADIENT); // one tensor
}

async function checkSharpening(read: CaseReader, device: Device): Promise<void> {
  const p = device.tensor(read.floats("p"), read.case.tensor("p").shape);
  read.close("out", await device.read(sharpen(p, 1 / read.case.params.power)));
}

/** Tensors called `log_p_` and a power, its point written as `_`. */
async function checkAdjustment(read: CaseReader, check: Check, device: Device): Promise<void> {
  const p = device.tensor(read.floats("p"), read.case.tensor("p").shape);
  const powers = read.case.tensorNames.filter((name) => name.startsWith("log_p_"));
  check.that("log_p", powers.length > 0, "no power is known");
  for (const name of powers) {
    const power = Number(name.slice("log_p_".length).replace("_", "."));
    read.close(name, await device.read(logPrior(p, power)));
  }
}
