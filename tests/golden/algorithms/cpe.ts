import { cpe, type CpeOptions } from "../../../algorithms/bases/cpe/cpe.ts";
import {
  expertGuesses,
  EXPERTS,
  moveShares,
  NORMS,
} from "../../../algorithms/bases/cpe/expert_guesses.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { add, globalAvgPool, mul, permute, sum } from "../../../core/autograd/ops/mod.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import type { Layer } from "../../../core/nn/builder.ts";
import type { Body, Model } from "../../../core/nn/model.ts";
import { isDecayed } from "../../../core/nn/optimizer.ts";
import { exportStateDict } from "../../../core/nn/state_dict.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import type { Step, Targets } from "../../../core/training/plugin/step_slots.ts";
import { applyHead } from "../../../core/training/step/step_outputs.ts";
import type { Check } from "../check.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import type { CaseImages, StepReading } from "./case_step.ts";
import { NetworkSteps } from "./network_steps.ts";
import { StepCase } from "./step_case.ts";
import { StubModel, type StubViews } from "./stub_model.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const NETWORK = { relative: 1e-4, absolute: 1e-6 } as const;

/** Heads on single norms, as cases call them: `z1H`. */
const SINGLE = EXPERTS.flatMap((head, k) =>
  NORMS.map((norm) => [`${head}/${norm}`, `z${k + 1}${norm.at(-1)}`] as const)
);

/** Checks `alg_cpe`: steps on given logits, and whole steps on a given map. */
export const run: GoldenRunner = async (c, check, open) => {
  const read = new CaseReader(c, check, c.params.channels ? NETWORK : TOLERANCE);
  if (c.params.channels) await checkNetwork(read, check, await open());
  else await checkSteps(read, await open());
  read.finish();
};

function optionsOf({ case: { params: p } }: CaseReader): CpeOptions {
  return {
    ...cpe().config as unknown as CpeOptions, // its own
    strengths: p.taus,
    threshold: p.p_cutoff,
    lambda: p.lambda_u,
    cuts: [p.cut1 / p.classes, p.cut2 / p.classes],
    momentum: p.ema_u ?? 0.9,
    estimateAfter: p.est_epoch ?? 0,
  };
}

/** A stub network that is given the logits of single norms; a head's own are their mean. */
class NormStub implements Model {
  readonly name = "norm-stub";
  readonly inner: StubModel;

  constructor(classes: number) {
    const single = Object.fromEntries(SINGLE.map(([head]) => [head, classes]));
    this.inner = new StubModel({ heads: { main: classes, ...single } });
  }

  build(): Body {
    const body = this.inner.build();
    const means = EXPERTS.map((head): [string, Layer] => [
      head,
      (x, pass) =>
        mul(NORMS.map((norm) => body.heads[`${head}/${norm}`]!(x, pass)).reduce(add), 1 / 3), // given
    ]);
    return { ...body, heads: { ...body.heads, ...Object.fromEntries(means) } };
  }
}

async function checkSteps(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, { B, classes } = p, U = B * p.mu, options = optionsOf(read);
  const model = new NormStub(classes), { inner } = model;
  const trace = new StepCase(device, {
    stack: compose(cpe(options)),
    model,
    data: { counts: p.labelled_counts },
  });
  const views: StubViews = [["labeled", B], ["weak", U], ["strong", U]];
  let truth = device.keep(() => uniform(device, classes)), all = truth;
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`, epoch = p.epochs[step] as number;
    const rows = SINGLE.map(([head, name]) => [head, read.floats(`${at}/${name}`)] as const);
    read.equal(`${at}/epoch`, epoch);
    const got = await trace.step({
      images: inner.images(views, Object.fromEntries(rows)),
      y: read.ints(`${at}/y`),
      progress: { step, steps: p.steps, epoch, epochSteps: 1 },
      probe: (s, t, m) => ({ prior: s.prior, ...probe({ ...s, config: options }, t, m) }),
    });
    read.close("p_hat_lb", got.probed["prior"] ?? []);
    checkStep(read, at, got);
    for (const [head, name] of SINGLE) {
      read.close(`${at}/d_${name}`, inner.gradient(got, head), GRADIENT);
    }
    // True classes are no part of our steps; the same function counts them for the case.
    const y = device.tensor(read.ints(`${at}/y_u`), [U], "i32");
    const kept = EXPERTS.map((_, k) => ({
      labels: y,
      weights: device.tensor(Float32Array.from(got.probed[`mask${k + 1}`]!), [U]), // probed
    }));
    if (epoch > options.estimateAfter) {
      truth = moveShares(truth, kept, options.momentum);
      all = moveShares(all, EXPERTS.map(() => ({ labels: y })), options.momentum);
    }
    await checkShares(read, at, {
      u_py: await trace.readState("cpe/keptShares"),
      au_py: await trace.readState("cpe/guessedShares"),
      g_py: await device.read(truth),
      ag_py: await device.read(all),
    });
  }
}

function uniform(device: Device, classes: number): Tensor {
  const values = new Float32Array(EXPERTS.length * classes).fill(1 / classes);
  return device.tensor(values, [EXPERTS.length, classes]);
}

function probe(s: Step<CpeOptions>, t: Targets, m: Tensor): Record<string, AnyTensor> {
  const guesses = expertGuesses(s, t, m);
  return Object.fromEntries(guesses.flatMap(({ probs, labels, weights }, k) => {
    const [mask, middle, tail] = weights as [Tensor, Tensor, Tensor]; // one a norm
    return [
      ["p", probs] as const,
      ["label", labels] as const,
      ["mask", mask] as const,
      ["wM", middle] as const,
      ["wT", tail] as const,
      ...weights.map((w, i) => [`kept${i}/`, sum(w)] as const),
    ].map(([name, value]) => [`${name}${k + 1}`, value]);
  }));
}

function checkStep(read: CaseReader, at: string, { terms, loss, probed }: StepReading): void {
  const lambda = read.case.params.lambda_u as number;
  EXPERTS.forEach((_, i) => {
    const k = i + 1;
    read.close(`${at}/p${k}`, probed[`p${k}`] ?? []);
    for (const name of [`label${k}`, `mask${k}`, `wM${k}`, `wT${k}`]) {
      read.equal(`${at}/${name}`, probed[name] ?? []);
    }
    read.equal(`${at}/kept${k}`, NORMS.map((_, norm) => probed[`kept${norm}/${k}`]?.[0] ?? NaN));
    read.close(`${at}/Lsup${k}`, terms[`labeled ${k}`] ?? NaN);
    read.close(`${at}/Lunsup${k}`, (terms[`unlabeled ${k}`] ?? NaN) / lambda);
  });
  read.close(`${at}/loss`, loss);
}

function checkShares(
  read: CaseReader,
  at: string,
  shares: Readonly<Record<string, Float32Array>>,
): void {
  const { classes } = read.case.params;
  for (const [name, values] of Object.entries(shares)) {
    EXPERTS.forEach((_, k) =>
      read.close(`${at}/${name}${k + 1}`, values.subarray(k * classes, (k + 1) * classes))
    );
  }
}

/** A body whose map is its image. */
const mapModel = (channels: number): Model => ({
  name: "map",
  build: (b, { classes }) => ({
    features: channels,
    map: (x) => x,
    forward: (x) => globalAvgPool(x),
    heads: { main: b.linear("classifier", channels, classes) },
  }),
});

/** Whole steps on a given map: norms, heads, optimizer, averages, and the evaluated head. */
async function checkNetwork(read: CaseReader, check: Check, device: Device): Promise<void> {
  const { params: p } = read.case, { B, channels } = p, U = B * p.mu;
  const options = optionsOf(read), stack = compose(cpe(options));
  const data = { counts: p.labelled_counts };
  const model = mapModel(channels);
  const steps = new NetworkSteps(read, device, {
    stack,
    model,
    size: p.map[0],
    data,
    training: {
      optimizer: { kind: "sgd", momentum: p.momentum, nesterov: p.nesterov },
      weightDecay: p.weight_decay,
      decayRule: "dimensions",
      average: { decay: p.ema, warmup: false, buffers: "copy" },
      shrink: 0,
    },
    rate: p.lr,
  });
  const { network, trace } = steps, { specs } = network.set.parameters;
  const decayed = specs.filter((spec) => isDecayed("dimensions", spec)).map(({ name }) => name);
  check.equal("decayed", decayed.sort(), read.scalar("decayed"));
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`;
    const given = {
      images: await mapRows(read, device, `${at}/x`, [B, U, U]),
      y: read.ints(`${at}/y`),
      progress: { step, steps: p.steps, epoch: 1, epochSteps: 1 },
    };
    await checkMapGradient(read, device, { at, given, steps, stack, model });
    const got = await steps.step(at, {
      ...given,
      probe: (s, t, m) => ({
        ...probe({ ...s, config: options }, t, m),
        ...Object.fromEntries(SINGLE.flatMap(([head, name]) => {
          const { labeled: [x], weak: [w], strong: [u] } = s.student;
          return [x, w, u].map((view, i) => [`${name}/${i}`, view!.logits(head)]); // asked for
        })),
      }),
    });
    for (const [, name] of SINGLE) {
      const rows = [0, 1, 2].flatMap((i) => Array.from(got.probed[`${name}/${i}`] ?? []));
      read.close(`${at}/${name}`, rows);
    }
    // More logits than features: three heads on each norm have them all.
    read.ignore(`${at}/features`);
    checkStep(read, at, got);
    const kept = await trace.readState("cpe/keptShares");
    read.close(`${at}/u_py2`, kept.subarray(p.classes, 2 * p.classes));
  }
  const pass = { weights: network.average, norm: "running" } as const;
  const [{ shape, values }] = await mapRows(read, device, "eval/x", [
    read.case.tensor("eval/x").shape[0]!,
  ]);
  const features = network.body.forward(device.tensor(Float32Array.from(values), shape), pass);
  for (const [i, expert] of EXPERTS.entries()) {
    const logits = (head: string) => device.read(applyHead(network, head, features, pass));
    read.close(`eval/z${i + 1}`, await logits(expert));
    for (const norm of NORMS) {
      read.close(`eval/z${i + 1}${norm.at(-1)}`, await logits(`${expert}/${norm}`));
    }
  }
}

/** The gradient of the map, of a step on a network with the same weights whose images are parameters. */
async function checkMapGradient(
  read: CaseReader,
  device: Device,
  { at, given, steps: { network }, stack, model }: {
    readonly at: string;
    readonly given: Parameters<StepCase["step"]>[0];
    readonly steps: NetworkSteps;
    readonly stack: ReturnType<typeof compose>;
    readonly model: Model;
  },
): Promise<void> {
  const dict = await exportStateDict(network.set, network.student);
  const { specs } = network.set.parameters;
  const weights = Object.fromEntries(
    specs.map(({ name }) => [name, dict.get(name)!.data as Float32Array]), // all are in it, f32
  );
  const trace = new StepCase(device, {
    stack,
    model,
    data: { counts: read.case.params.labelled_counts },
  });
  const got = await trace.step({ ...given, weights });
  const { shape: [rows = 0, channels = 0, ...map] } = read.case.tensor(`${at}/x`);
  const all = device.tensor(got.images.flatMap((image) => [...image]), [rows, ...map, channels]);
  const gradient = await device.read(permute(all, [0, 3, 1, 2]));
  read.close(`${at}/d_x`, gradient, { relative: 1e-3, absolute: 1e-7 });
}

/** Rows of a map [rows, channels, height, width], channels last, cut into views. */
async function mapRows(
  read: CaseReader,
  device: Device,
  name: string,
  rows: readonly number[],
): Promise<[CaseImages, ...CaseImages[]]> {
  const { shape } = read.case.tensor(name), [, channels = 0, ...map] = shape;
  const all = await device.read(permute(device.tensor(read.floats(name), shape), [0, 2, 3, 1]));
  const size = all.length / shape[0]!; // there are rows
  let from = 0;
  const images = (["labeled", "weak", "strong"] as const).slice(0, rows.length).map((input, i) => {
    const values = all.subarray(from * size, (from += rows[i]!) * size); // one a view
    return { input, shape: [rows[i]!, ...map, channels], values };
  });
  return images as unknown as [CaseImages, ...CaseImages[]]; // one at least
}
