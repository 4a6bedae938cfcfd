import { crestAlignmentExponent } from "../../../algorithms/addons/crest/crest.ts";
import { keptCounts, keptShares } from "../../../algorithms/addons/crest/select_rarest.ts";
import { meanteacher } from "../../../algorithms/bases/meanteacher.ts";
import { mixmatch } from "../../../algorithms/bases/mixmatch.ts";
import { pimodel } from "../../../algorithms/bases/pimodel.ts";
import { pseudolabel } from "../../../algorithms/bases/pseudolabel.ts";
import { vat } from "../../../algorithms/bases/vat.ts";
import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { argmax } from "../../../core/autograd/ops/mod.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import type { GoldenRunner } from "../runner.ts";
import { checkReMixMatch } from "./usb_remixmatch.ts";
import { CaseReader } from "./case_reader.ts";
import type { CaseImages } from "./case_step.ts";
import { familyTolerance } from "./daso_tolerance.ts";
import type { PresetDraws } from "./preset_random.ts";
import { StepCase } from "./step_case.ts";
import { TwoLayerModel } from "./two_layer_model.ts";

/**
 * `alg_usb_mix`: consistency and mixing bases as USB's code has them, on a network of two layers, and
 * what CReST takes in there. What a case holds says of which kind it is.
 */
export const run: GoldenRunner = async (c, check, open) => {
  if (c.scalarNames.includes("Lu") && c.scalar("Lu") === 0) {
    return check.skip("USB's released Mean Teacher compares the teacher with itself; see its case");
  }
  const read = new CaseReader(c, check, familyTolerance(c).values);
  if (c.has("Wr")) await checkReMixMatch(read, await open());
  else if (c.has("W1")) await checkMixSteps(read, await open());
  else if (c.has("counts0")) checkSelection(read);
  else if (c.tensorNames.every((name) => name.startsWith("t_G"))) checkExponents(read);
  else check.fail("", "no kind of case holds these tensors");
  read.finish();
};

/** Parameters of the network. */
const PARAMETERS = ["W1", "b1", "W2", "b2"] as const;

/** Where a case's images come from, in the order of the methods' views. */
const VIEWS: readonly (readonly [tensor: string, input: Input])[] = [
  ["x", "labeled"],
  ["u1", "weak"],
  ["u2", "weak"],
  ["u", "weak"],
];

async function checkMixSteps(read: CaseReader, device: Device): Promise<void> {
  const { case: c } = read, { params: p } = c;
  const { values, gradients, others: [adversarial] } = familyTolerance(c);
  const loose = c.has("r_adv");
  const allowed = loose ? adversarial! : values; // stated for these cases
  const inputs = c.tensor("W1").shape[0]!; // a matrix
  const model = new TwoLayerModel({ inputs, hidden: p.hidden, classes: p.classes });
  const base = baseOf(c);
  const steps = new StepCase(device, {
    stack: compose(base),
    model,
    data: { counts: new Array<number>(p.classes).fill(1), features: p.hidden },
  });
  const given = (prefix: string) =>
    Object.fromEntries(
      PARAMETERS.filter((name) => read.has(prefix + name)).map((
        name,
      ) => [name, read.floats(prefix + name)]),
    );
  const progress = { step: p.t, steps: p.N, epoch: 0, epochSteps: p.N };
  const reading = await steps.step({
    images: imagesOf(read),
    y: read.ints("y"),
    progress,
    random: drawsOf(read, base.name),
    weights: given(""),
    averageWeights: given("teacher_"),
    probe: (_, t) => ({ yhat: argmax(t.probs, 1) }),
  });
  const ramp = rampWeight({ ramp: "linear", rampShare: p.warm_up }, progress);
  const { labeled = NaN, unlabeled = NaN, entropy = NaN } = reading.terms;
  read.close("ramp", ramp);
  read.close("Ls", labeled, allowed);
  read.close("Lu", unlabeled / (ramp * p.lambda_u), allowed);
  read.close("Lent", entropy / p.lambda_ent, allowed);
  read.close("loss", reading.loss, allowed);
  read.close("q", reading.probs);
  read.equal("mask", reading.mask);
  read.equal("yhat", reading.probed.yhat ?? []);
  for (const name of PARAMETERS) {
    read.close(`d_${name}`, reading.gradients[name] ?? [], loose ? allowed : gradients);
  }
  const seen = model.last!; // every step has passes
  if (loose) {
    const images = await device.read(seen), clean = read.floats("u");
    read.close("r_adv", images.map((v, i) => v - clean[i]!), directionTolerance(c)); // alike
  }
  device.release(seen);
}

/** What VAT's direction may be off by. */
function directionTolerance({ groupJson }: GoldenCase): Tolerance {
  const stated = /r_adv atol ([\d.e-]+)/.exec(String(groupJson.tolerance))?.[1];
  return { relative: 0, absolute: Number(stated) };
}

function imagesOf(read: CaseReader): CaseImages[] {
  return VIEWS.filter(([name]) => read.has(name)).map(([name, input]) => ({
    input,
    shape: read.case.tensor(name).shape,
    values: read.floats(name),
  }));
}

function drawsOf(read: CaseReader, base: string): Record<string, PresetDraws> {
  if (read.has("d0")) return { [`${base}/direction`]: { normal: read.floats("d0") } };
  if (!read.has("idx")) return {};
  return {
    [`${base}/order`]: { permutation: read.ints("idx") },
    [`${base}/share`]: { beta: read.scalar("beta") },
  };
}

/** The base that a case's settings and tensors name. */
function baseOf(c: GoldenCase): Plugin {
  const { params: p } = c;
  const shared = { lambda: p.lambda_u, ramp: "linear", rampShare: p.warm_up } as const;
  if (p.alpha !== undefined) {
    return mixmatch({ ...shared, alpha: p.alpha, temperature: p.T });
  }
  if (p.xi !== undefined) {
    const { xi, eps: epsilon, power_iterations: rounds, lambda_ent: entropy } = p;
    return vat({ ...shared, xi, epsilon, rounds, entropy });
  }
  if (p.p_cutoff !== undefined) return pseudolabel({ ...shared, threshold: p.p_cutoff });
  return c.has("teacher_W1") ? meanteacher(shared) : pimodel(shared);
}

/** Shares and numbers of images that CReST takes in. */
function checkSelection(read: CaseReader): void {
  for (let i = 0; read.has(`counts${i}`); i++) {
    const counts = [...read.ints(`counts${i}`)], alpha = read.scalar(`alpha${i}`);
    const shares = keptShares(counts, { alpha, form: "geometric" });
    read.equal(`picked${i}`, keptCounts(read.ints(`n_pred${i}`), shares));
  }
}

/** Exponents of CReST+'s target over its generations: `t_GN_minM`. */
function checkExponents(read: CaseReader): void {
  for (const name of read.case.tensorNames) {
    const [, generations, minimum] = /^t_G(\d+)_min([\d.]+)$/.exec(name)!.map(Number);
    const schedule = crestAlignmentExponent({ generations: generations!, minimum: minimum! }); // both are named
    read.close(name, Array.from({ length: generations! }, (_, g) => schedule(g)));
  }
}
