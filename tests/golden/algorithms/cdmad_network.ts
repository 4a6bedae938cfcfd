import { cdmad } from "../../../algorithms/addons/cdmad.ts";
import { fixmatch } from "../../../algorithms/bases/fixmatch.ts";
import { remixmatch } from "../../../algorithms/bases/remixmatch/remixmatch.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { add, globalAvgPool } from "../../../core/autograd/ops/mod.ts";
import type { Model } from "../../../core/nn/model.ts";
import { solidLogits } from "../../../core/training/evaluate.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { mergeNeeds } from "../../../core/training/plugin/merge_needs.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import { applyHead } from "../../../core/training/step/step_outputs.ts";
import type { CaseReader } from "./case_reader.ts";
import type { CaseImages } from "./case_step.ts";
import { releasedOptions } from "./cdmad.ts";
import { mixingDraws } from "./cdmad_mixing.ts";
import { evaluatedLogits } from "./evaluated_logits.ts";
import { NetworkSteps } from "./network_steps.ts";

const CLOSE = { relative: 1e-4, absolute: 1e-6 } as const;
const SIZE = 32;

/** Whole steps of a small network, and its evaluation. */
export async function checkNetwork(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, remix = p.base === "remix";
  const counts = read.has("target")
    ? [...read.floats("target")]
    : new Array<number>(p.classes).fill(1);
  const total = counts.reduce((a, b) => a + b, 0);
  const base = remix
    ? remixmatch({
      ...releasedOptions("remixmatch"),
      lambda: read.scalar("lambda_u"),
      rotation: read.scalar("w_rot"),
      unmixed: read.scalar("w_ent"),
      restartEpochs: false,
    })
    : fixmatch(releasedOptions("fixmatch"));
  const addon = cdmad({ startEpoch: p.start_after_epoch });
  const [beta1, beta2, eps] = p.adam;
  const stack = compose(base, addon);
  const steps = new NetworkSteps(read, device, {
    stack,
    model: smallNetwork(p.channels),
    size: SIZE,
    data: { counts, unlabeled: total },
    training: {
      optimizer: { kind: "adam", beta1, beta2, eps },
      weightDecay: 0,
      decayRule: "all",
      average: { decay: p.ema, warmup: false, buffers: "average" },
      shrink: p.shrink_per_step,
    },
    rate: p.lr,
  });
  const views: readonly (readonly [Input, string])[] = remix
    ? [["labeled", "x_s"], ["labeled", "x_w"], ["weak", "u_w"], ["strong", "u_s1"], [
      "strong",
      "u_s2",
    ]]
    : [["labeled", "x"], ["weak", "u_w"], ["strong", "u_s1"], ["strong", "u_s2"]];
  const epochs = remix ? read.scalar("rampup_epochs") as number : p.epoch + 1;
  let sum = 0;
  for (let k = 0; k < p.steps; k++) {
    const at = `step${k}`;
    const got = await steps.step(at, {
      images: views.map(([input, name]) => imagesOf(read, `${at}/${name}`, input)),
      y: read.ints(`${at}/y`),
      progress: {
        step: p.epoch * p.steps + k,
        steps: epochs * p.steps,
        epoch: p.epoch,
        epochSteps: p.steps,
      },
      ...(remix ? { random: mixingDraws(read, at) } : {}),
      probe: (s) => ({ white: s.solid("blank").rawLogits(), z_u: s.student.weak[0]!.rawLogits() }), // asked for
    });
    read.close(`${at}/white`, got.probed["white"] ?? [], CLOSE);
    read.close(`${at}/z_u`, got.probed["z_u"] ?? [], CLOSE);
    const ramp = (p.epoch + k / p.steps) / epochs, term = (name: string) => got.terms[name] ?? 0;
    read.close(`${at}/Lx`, term("labeled") + term("plain"), CLOSE);
    read.close(`${at}/Lu`, term("unlabeled") / (remix ? read.scalar("lambda_u") * ramp : 1), CLOSE);
    if (remix) read.close(`${at}/w`, read.scalar("lambda_u") * ramp);
    sum += got.loss;
  }
  read.close("mean_loss", sum / p.steps, CLOSE);
  const { network, trace: { data } } = steps, weights = network.average;
  const pass = { weights, norm: "running" } as const;
  const { values, shape } = imagesOf(read, "eval/x", "labeled");
  const z = applyHead(
    network,
    "main",
    network.body.forward(device.tensor(Float32Array.from(values), shape), pass),
    pass,
  );
  const needs = mergeNeeds(stack, data);
  const solids = solidLogits({ device, network, needs }, { weights, head: "main", size: SIZE });
  read.close("eval/z", await device.read(z), CLOSE);
  read.close("eval/white", await device.read(solids["blank"]!), CLOSE); // declared
  const debiased = evaluatedLogits(addon, z, { data, solids });
  read.close("eval/z_debiased", await device.read(debiased), CLOSE);
  read.ints("eval/y");
}

/** A convolution, a block whose both branches see the activated input, batch norm and two heads. */
function smallNetwork([first, last]: readonly [number, number]): Model {
  return {
    name: "small",
    build(b, { classes }) {
      const norm = {
        momentum: 0.1,
        eps: 1e-5,
        activation: { kind: "leaky-relu", slope: 0.1 },
      } as const;
      const conv = b.conv2d("conv", 3, first, 3, { padding: 1 });
      const pre = b.batchNorm("block.pre_act.0", first, norm);
      const side = b.conv2d("block.identity", first, last, 1, { stride: 2 });
      const conv1 = b.conv2d("block.layer.0", first, last, 3, { stride: 2, padding: 1 });
      const bn = b.batchNorm("block.layer.1", last, norm);
      const conv2 = b.conv2d("block.layer.3", last, last, 3, { padding: 1 });
      const after = b.batchNorm("bn", last, norm);
      return {
        features: last,
        heads: { main: b.linear("output", last, classes), rotation: b.linear("rot", last, 4) },
        forward(x, pass) {
          const y = pre(conv(x, pass), pass);
          const z = conv2(bn(conv1(y, pass), pass), pass);
          return globalAvgPool(after(add(z, side(y, pass)), pass));
        },
      };
    },
  };
}

/** Images [n, 3, s, s], each pixel repeated up to 32 a side, with channels last. */
function imagesOf(read: CaseReader, name: string, input: Input): CaseImages {
  const given = read.floats(name), { shape } = read.case.tensor(name);
  const [n = 0, channels = 0, small = 1] = shape, times = SIZE / small;
  const values = new Float32Array(n * SIZE * SIZE * channels);
  for (let i = 0; i < values.length; i++) {
    const c = i % channels, x = Math.floor(i / channels) % SIZE;
    const y = Math.floor(i / channels / SIZE) % SIZE,
      image = Math.floor(i / channels / SIZE / SIZE);
    const row = Math.floor(y / times), column = Math.floor(x / times);
    values[i] = given[((image * channels + c) * small + row) * small + column]!; // inside
  }
  return { input, shape: [n, SIZE, SIZE, channels], values };
}
