import { cdmad } from "../../../algorithms/addons/cdmad.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { findRecipe } from "../../../algorithms/recipes/recipes.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax } from "../../../core/autograd/ops/mod.ts";
import { rampUp } from "../../../core/nn/schedules/mod.ts";
import { scoreLogits } from "../../../core/training/metrics/mod.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import { twoStepCounts } from "../../../datasets/split/selection/published_counts.ts";
import type { Check } from "../check.ts";
import type { GoldenRunner } from "../runner.ts";
import { BlankModel } from "./blank_model.ts";
import { CaseReader } from "./case_reader.ts";
import { checkAligned, checkMixed } from "./cdmad_mixing.ts";
import { checkNetwork } from "./cdmad_network.ts";
import { evaluatedLogits } from "./evaluated_logits.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;

/** Checks `alg_cdmad`: what a case is shows in what it holds. */
export const run: GoldenRunner = async (c, check, open) => {
  const p = c.params, read = new CaseReader(c, check, TOLERANCE);
  if (p.channels) await checkNetwork(read, await open());
  else if (p.ring) await checkAligned(read, await open());
  else if (p.base === "remix") await checkMixed(read, check, await open());
  else if (p.base === "fix") await checkSteps(read, check, await open());
  else if (p.images) await checkEvaluation(read, await open());
  else checkCounts(read, check);
  read.finish();
};

/** A base's options in CDMAD's recipe. */
export function releasedOptions(base: string): Readonly<Record<string, unknown>> {
  const { options } = findRecipe("cdmad");
  return options({ dataset: "cifar10", base, addons: ["cdmad"], given: {} })[base] ?? {};
}

/** Where step `i` of a case is, whose epochs are listed. */
export function progressOf({ case: { params: p } }: CaseReader, i: number): Progress {
  const epochSteps = p.steps_per_epoch as number, epochs = p.epochs as readonly number[];
  const epoch = epochs[Math.floor(i / epochSteps)]!; // every step is of one
  const steps = epochSteps * (p.rampup_epochs ?? epoch + 1);
  return { step: epoch * epochSteps + i % epochSteps, steps, epoch, epochSteps };
}

/** Compares the passes of a step by the images they have. */
export function checkPasses(read: CaseReader, check: Check, rows: readonly number[]): void {
  const { B, mu } = read.case.params;
  const images = (pass: string) =>
    pass === "white" ? 1 : /^(labelled|rows|xw)/.test(pass) ? B : B * mu;
  check.equal("order_of_passes", rows, (read.scalar("order_of_passes") as string[]).map(images));
}

/** FixMatch on given logits. */
async function checkSteps(read: CaseReader, check: Check, device: Device): Promise<void> {
  const { params: p } = read.case, { classes: C, B } = p, U = B * p.mu;
  const stub = new StubModel({ heads: { main: C } }), model = new BlankModel(stub, C);
  const trace = new StepCase(device, {
    stack: compose(
      fixmatch({ ...releasedOptions("fixmatch"), threshold: p.tau }),
      cdmad({ startEpoch: p.start_after_epoch }),
    ),
    model,
    data: { counts: p.labelled_counts },
  });
  const views: StubViews = [["labeled", B], ["weak", U], ["strong", U], ["strong", U]];
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`, progress = progressOf(read, step);
    read.equal(`${at}/epoch`, progress.epoch);
    read.equal(`${at}/subtracted`, progress.epoch > p.start_after_epoch);
    const main = ["z_x", "z_u", "z_s1", "z_s2"].flatMap((z) => [...read.floats(`${at}/${z}`)]);
    const got = await trace.step({
      images: stub.images(views, { main }),
      y: read.ints(`${at}/y`),
      progress,
      weights: { blank: read.floats(`${at}/white`) },
      probe: (_, t) => ({ yhat: argmax(t.probs, 1) }),
    });
    checkPasses(read, check, model.rows);
    read.close(`${at}/q`, got.probs);
    read.equal(`${at}/yhat`, got.probed["yhat"] ?? []);
    read.equal(`${at}/mask`, got.mask);
    read.close(`${at}/Lx`, got.terms["labeled"] ?? NaN);
    read.close(`${at}/Lu`, got.terms["unlabeled"] ?? NaN);
    read.close(`${at}/loss`, got.loss);
    const gradient = stub.gradient(got, "main"),
      rows = (from: number, to: number) => gradient.subarray(from * C, to * C);
    read.close(`${at}/d_z_x`, rows(0, B), GRADIENT);
    read.close(`${at}/d_z_s1`, rows(B + U, B + 2 * U), GRADIENT);
    read.close(`${at}/d_z_s2`, rows(B + 2 * U, B + 3 * U), GRADIENT);
  }
}

/** Given test logits and what they are scored, with the subtraction and without. */
async function checkEvaluation(read: CaseReader, device: Device): Promise<void> {
  const { classes, images } = read.case.params, counts = new Array<number>(classes).fill(1);
  const z = device.tensor(read.floats("z"), [images, classes]);
  const { data } = new StepCase(device, {
    stack: compose(fixmatch(), cdmad()),
    model: new StubModel({ heads: { main: classes } }),
    data: { counts },
  });
  const blank = device.tensor(read.floats("white"), [1, classes]);
  const debiased = evaluatedLogits(cdmad(), z, { data, solids: { blank } });
  const labels = read.ints("y");
  read.close("z_debiased", await device.read(debiased));
  const perClass = counts.map((_, c) => labels.filter((y) => y === c).length);
  read.equal("images_per_class", perClass);
  for (const [end, rows] of [["", z], ["_debiased", debiased]] as const) {
    const logits = await device.read(rows);
    const scores = scoreLogits({ logits, labels, classes, trainCounts: counts });
    read.equal(`pred${end}`, await device.read(argmax(rows, 1)));
    read.equal(`hits${end}`, scores.confusion.map((row, c) => row[c]!)); // a square
    read.close(`top1${end}`, 100 * scores.top1);
    read.close(`bACC${end}`, scores.balancedAccuracy);
    read.close(`GM${end}`, scores.geometricMean ?? NaN);
  }
}

/** Class counts and ReMixMatch's ramp. */
function checkCounts(read: CaseReader, check: Check): void {
  for (const name of read.case.scalarNames.filter((name) => name.startsWith("counts_"))) {
    const { classes, max, gamma, shape, counts } = read.scalar(name);
    // Labeled sets in two steps, which no table has, are not offered.
    if (shape === "long") check.equal(name, twoStepCounts(classes, { max, gamma }), counts);
  }
  for (const [epoch, want] of read.scalar("ramp") as readonly [number, number][]) {
    check.close(`ramp ${epoch}`, rampUp({ length: 300 })(epoch), want, { relative: 1e-9 });
  }
}
