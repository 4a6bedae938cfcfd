import { balpoe, type BalpoeOptions } from "../../../algorithms/bases/balpoe/balpoe.ts";
import { cutBox } from "../../../algorithms/bases/balpoe/cut_box.ts";
import { expertBias, expertLosses } from "../../../algorithms/bases/balpoe/expert_loss.ts";
import { tauList } from "../../../algorithms/bases/balpoe/options.ts";
import type { Device } from "../../../core/autograd/device.ts";
import {
  argmax,
  mean,
  mul,
  permute,
  reshape,
  softmax,
  sum,
} from "../../../core/autograd/ops/mod.ts";
import { Tape } from "../../../core/autograd/tape.ts";
import { Builder } from "../../../core/nn/builder.ts";
import { cosineLayer } from "../../../core/nn/expert_heads.ts";
import { expertResNet } from "../../../core/nn/expert_resnet.ts";
import { epochStepsDecay } from "../../../core/nn/schedules/mod.ts";
import { exportStateDict, importStateDict } from "../../../core/nn/state_dict.ts";
import type { StoredTensor } from "../../../core/safetensors.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { meanOfExperts } from "../../../core/training/step/network.ts";
import type { GoldenRunner } from "../runner.ts";
import { CaseReader } from "./case_reader.ts";
import { evaluatedLogits } from "./evaluated_logits.ts";
import { expertsOf, givenExperts, linearExperts } from "./expert_models.ts";
import { StepCase } from "./step_case.ts";

const TOLERANCE = { relative: 1e-5, absolute: 1e-6 } as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const PROGRESS = { step: 0, steps: 1, epoch: 0, epochSteps: 1 } as const;

/** Checks `alg_balpoe`: what a case is shows in what it holds. */
export const run: GoldenRunner = async (c, check, open) => {
  const p = c.params;
  const network = p.blocks !== undefined;
  const read = new CaseReader(
    c,
    check,
    network ? { relative: 1e-4, absolute: 1e-5 } : TOLERANCE,
  );
  if (p.settings) learningRates(read);
  else if (p.in_features) await cosineClassifier(read, await open());
  else if (network) await expertNetwork(read, await open());
  else if (p.mode) await mixedStep(read, await open());
  else if (p.tau) await plainStep(read, await open());
  else tauLists(read);
  read.finish();
};

/** A step on given logits, and how they are classified. */
async function plainStep(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case;
  const [B, M, C] = [p.B, p.experts, p.classes] as [number, number, number];
  const z = byBatch(read.floats("z"), [M, B, C]);
  const options: Partial<BalpoeOptions> = {
    tau: p.tau,
    mix: "none",
    testPrior: [...read.floats("test_prior")],
  };
  const plugin = balpoe(options);
  const trace = new StepCase(device, {
    stack: compose(plugin),
    model: givenExperts(M),
    data: { counts: p.counts },
  });
  const got = await trace.step({
    images: [{ input: "labeled", shape: [B, M * C], values: z }],
    y: read.ints("y"),
    progress: PROGRESS,
    probe: (s) => {
      const ensemble = meanOfExperts(s.late("mixed").logits("experts"));
      const prior = evaluatedLogits(plugin, ensemble, { data: trace.data, head: "experts" });
      return {
        bias: expertBias(s.prior, p.tau),
        ensemble,
        ensemble_prob: softmax(ensemble),
        pred: argmax(ensemble),
        ensemble_prior: prior,
        pred_prior: argmax(prior),
      };
    },
  });
  read.close("loss", got.loss);
  read.close("loss_per_expert", expertsOf(got, M));
  read.close("d_z", byBatch(got.images[0]!, [B, M, C]), GRADIENT); // one image is given
  for (const name of ["bias", "ensemble", "ensemble_prob", "ensemble_prior"]) {
    read.close(name, got.probed[name] ?? []);
  }
  for (const name of ["pred", "pred_prior"]) read.equal(name, got.probed[name] ?? []);
}

/** A step on mixed images and linear experts. */
async function mixedStep(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case;
  const M = p.experts as number;
  const { shape } = read.case.tensor("x");
  const images = toOurs(device, read.floats("x"), shape);
  const model = linearExperts(read.case.tensor("W").shape);
  const trace = new StepCase(device, {
    stack: compose(balpoe({ tau: p.tau, mix: p.mode, alpha: p.alpha })),
    model,
    data: { counts: p.counts },
  });
  const lambda = read.scalar("lambda_drawn") as number;
  const centre = read.has("centre") ? read.ints("centre") : new Int32Array();
  const got = await trace.step({
    images: [{ input: "labeled", shape: images.shape, values: await device.read(images) }],
    y: read.ints("y"),
    progress: PROGRESS,
    weights: { W: read.floats("W") },
    random: {
      "balpoe/lambda": { beta: lambda },
      "balpoe/partners": { permutation: read.ints("idx") },
      ...(read.has("centre")
        ? { "balpoe/row": { integer: centre[0]! }, "balpoe/column": { integer: centre[1]! } }
        : {}), // two numbers
    },
    probe: (s) => {
      const late = s.late("mixed"), mixed = late.features;
      return {
        x_mixed: mixed.shape.length === 4 ? permute(mixed, [0, 3, 1, 2]) : mixed,
        ensemble: meanOfExperts(late.logits("experts")),
      };
    },
  });
  if (read.has("centre")) {
    const [row, column] = centre as unknown as [number, number]; // two numbers
    const box = cutBox(shape[2]!, { lambda, row, column }); // images have four axes
    read.equal("box", [...box.rows, ...box.columns]);
    read.close("lambda_eff", box.share);
  }
  read.close("loss", got.loss);
  read.close("loss_per_expert", expertsOf(got, M));
  read.close("accuracy", got.logged["balpoe/accuracy"] ?? NaN);
  read.close("x_mixed", got.probed["x_mixed"] ?? []);
  read.close("ensemble", got.probed["ensemble"] ?? []);
  read.close("d_W", got.gradients["W"] ?? [], GRADIENT);
}

/** The residual network: a training pass with the loss, and one with the statistics it leaves. */
async function expertNetwork(read: CaseReader, device: Device): Promise<void> {
  const c = read.case, p = c.params, b = new Builder();
  const model = expertResNet({
    experts: p.experts,
    blocks: p.blocks,
    widths: p.widths,
    scale: p.scale,
  });
  const body = model.build(b, { classes: p.classes, size: p.image });
  const set = b.finish(),
    weights = set.allocate(device),
    gradients = set.parameters.allocate(device);
  set.initialize(weights, 0); // batch norm starts as the case's does
  const dict = await exportStateDict(set, weights);
  for (const name of c.tensorNames.filter((name) => name.startsWith("w/"))) {
    const stored: StoredTensor = {
      dtype: "F32",
      shape: c.tensor(name).shape,
      data: read.floats(name),
    };
    dict.set(name.slice(2), stored);
  }
  importStateDict(set, weights, dict);
  const x = toOurs(device, read.floats("x"), c.tensor("x").shape);
  const labels = read.ints("y"), y = device.tensor(labels, [labels.length], "i32");
  const total = (p.counts as number[]).reduce((a, n) => a + n, 0);
  const prior = device.tensor((p.counts as number[]).map((n) => n / total), [p.classes]);
  const experts = body.heads["experts"]!; // this model has them
  const tape = new Tape(
    device,
    new Map(weights.parameters.map((w, i) => [w, gradients.views[i]!])),
  ); // alike
  const pass = { weights, norm: "batch" } as const;
  const { features, logits, losses } = tape.record(() => {
    const features = body.forward(x, pass), logits = experts(features, pass);
    const losses = expertLosses(logits, y, { bias: expertBias(prior, p.tau) });
    tape.backward(mean(losses));
    return { features, logits, losses };
  });
  read.close("train_feat", await device.read(features));
  read.close("train_logits", await device.read(logits));
  read.close("train_output", await device.read(meanOfExperts(logits)));
  read.close("loss_per_expert", await device.read(losses));
  read.close("loss", (await device.read(mean(losses)))[0] ?? NaN);
  for (const [i, { name }] of set.parameters.specs.entries()) {
    const gradient = await device.read(gradients.views[i]!); // one a spec
    const norm = Math.sqrt(gradient.reduce((all, g) => all + g * g, 0));
    read.close(`grad_l2/${name}`, norm, { relative: 1e-4, absolute: 1e-5 });
    const all = gradient.reduce((sum, g) => sum + g, 0);
    read.close(`grad_sum/${name}`, all, { relative: 1e-4, absolute: 1e-3 });
  }
  const after = await exportStateDict(set, weights);
  for (const [name, { data }] of after) read.close(`after/${name}`, data as Float32Array); // F32
  const running = { weights, norm: "running" } as const;
  const evaluated = body.forward(x, running);
  read.close("eval_logits", await device.read(experts(evaluated, running)));
  read.close("eval_output", await device.read(body.heads.main(evaluated, running)));
}

async function cosineClassifier(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, b = new Builder();
  const layer = cosineLayer(b, "head", {
    inputs: p.in_features,
    outputs: p.classes,
    scale: p.scale,
  });
  const set = b.finish(), weights = set.allocate(device);
  const parameter = weights.parameters[0]!; // the head's
  device.write(parameter, read.floats("W"));
  const tensor = (name: string) => device.tensor(read.floats(name), read.case.tensor(name).shape);
  const x = tensor("x"), g = tensor("g"), d_x = device.zeros(x.shape);
  const d_W = device.zeros(parameter.shape);
  const tape = new Tape(device, new Map([[x, d_x], [parameter, d_W]]));
  const out = tape.record(() => {
    const y = layer(x, { weights, norm: "batch" });
    tape.backward(sum(mul(y, g)));
    return y;
  });
  read.close("out", await device.read(out));
  const close = { relative: 1e-5, absolute: 5e-6 };
  read.close("d_x", await device.read(d_x), close);
  read.close("d_W", await device.read(d_W), close);
}

/** Scalars called `explicit τ;τ;…` or `form(low,high) M=experts`. */
function tauLists(read: CaseReader): void {
  for (const name of read.case.scalarNames) {
    const list = name.match(/^explicit (.+)$/)?.[1]?.split(";").map(Number);
    if (list) {
      read.close(name, tauList({ tau: list, tauForm: "list", experts: 1 }) as number[]);
      continue;
    }
    const parts = name.match(/^(limits|uniform)\((-?[\d.]+),(-?[\d.]+)\) M=(\d+)$/);
    if (!parts) throw new SyntaxError(`Cannot tell which list '${name}' means`);
    const form = parts[1] as "limits" | "uniform"; // the pattern's first group
    const tau = [Number(parts[2]), Number(parts[3])];
    read.close(name, tauList({ tau, tauForm: form, experts: Number(parts[4]) }) as number[], {
      relative: 1e-9,
      absolute: 1e-12,
    });
  }
}

/** Multipliers by epoch; settings are both milestones, the warm-up and the epochs. */
function learningRates(read: CaseReader): void {
  const settings = read.case.params.settings as readonly [number, number, number, number][];
  for (const [i, [first, second, warmupEpochs, epochs]] of settings.entries()) {
    const milestones = [first, second];
    const rate = epochStepsDecay({ base: 1, milestones, factor: 0.1, warmupEpochs });
    read.close(`m${i}`, Array.from({ length: epochs }, (_, epoch) => rate(epoch)));
  }
}

/** [a, b, c] as [b, a, c]. */
function byBatch(values: Float32Array, [a, b, c]: readonly [number, number, number]): Float32Array {
  const out = new Float32Array(values.length);
  for (let i = 0; i < a; i++) {
    for (let j = 0; j < b; j++) {
      out.set(values.subarray((i * b + j) * c, (i * b + j + 1) * c), (j * a + i) * c);
    }
  }
  return out;
}

/** Images [batch, channels, height, width] with channels last; others as they are. */
function toOurs(device: Device, values: Float32Array, shape: readonly number[]) {
  const x = device.tensor(values, shape);
  return shape.length === 4 ? permute(x, [0, 2, 3, 1]) : reshape(x, shape);
}
