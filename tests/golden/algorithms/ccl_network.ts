import { ccl } from "../../../algorithms/bases/ccl/ccl.ts";
import type { Device } from "../../../core/autograd/device.ts";
import { globalAvgPool, permute } from "../../../core/autograd/ops/mod.ts";
import type { Model } from "../../../core/nn/model.ts";
import { scoreLogits } from "../../../core/training/metrics/mod.ts";
import { compose } from "../../../core/training/plugin/compose.ts";
import { applyHead } from "../../../core/training/step/step_outputs.ts";
import type { Input } from "../../../core/training/plugin/needs.ts";
import type { CaseReader } from "./case_reader.ts";
import {
  checkAfter,
  checkBefore,
  checkStep,
  checkTestShares,
  optionsOf,
  probe,
  progressOf,
} from "./ccl.ts";
import type { CaseImages } from "./case_step.ts";
import { NetworkSteps } from "./network_steps.ts";

/** What marks a labeled image among the unlabeled ones. */
const LABELED = -2;
const CLOSE = { relative: 1e-4, absolute: 1e-6 } as const;

/** Whole steps of heads and projectors on given maps, and the evaluated head. */
export async function checkProjectors(read: CaseReader, device: Device): Promise<void> {
  const { params: p } = read.case, { B, channels } = p, U = B * p.mu, options = optionsOf(read);
  const model: Model = {
    name: "pooled",
    build: (b, { classes }) => ({
      features: channels,
      forward: (x) => globalAvgPool(x),
      heads: { main: b.linear("fc", channels, classes) },
    }),
  };
  const steps = new NetworkSteps(read, device, {
    stack: compose(ccl(options)),
    model,
    size: p.map[0],
    data: { counts: p.labelled_counts, features: channels },
    training: {
      optimizer: { kind: "sgd", momentum: p.momentum, nesterov: p.nesterov },
      weightDecay: p.weight_decay,
      decayRule: "name",
      average: { decay: p.ema, warmup: false, buffers: "copy" },
      shrink: 0,
    },
    rate: p.lr,
  });
  const { network, trace } = steps, state = trace.state.of("ccl");
  const views: readonly (readonly [Input, number])[] = [
    ["labeled", B],
    ["weak", U],
    ["strong", U],
    ["strong", U],
    ["labeled", B],
    ["labeled", B],
  ];
  for (let step = 0; step < p.steps; step++) {
    const at = `step${step}`;
    await checkBefore(read, trace, at);
    const got = await steps.step(at, {
      images: await mapViews(read, device, `${at}/x`, views),
      y: read.ints(`${at}/y`),
      isLabeled: read.ints(`${at}/flag`).map((flag) => flag === LABELED ? 1 : 0),
      progress: progressOf(read, step),
      probe: (s, t, m) => {
        const { labeled: [x, one, two], weak: [w], strong: [first, second] } = s.student;
        const own = { ...s, config: options, state } as Parameters<typeof probe>[0];
        const all = [x, w, first, second, one, two].map((view) => view!); // asked for
        const of = (name: string, count: number, head: string) =>
          all.slice(0, count).map((view, i) => [`${name}/${i}`, view.logits(head)] as const);
        return {
          ...probe(own, t, m),
          centres: s.head("centres", s.headWeight("balanced")),
          ...Object.fromEntries([
            ...all.map((view, i) => [`f/${i}`, view.features] as const),
            ...of("e", 6, "projection"),
            ...of("z", 4, "main"),
            ...of("b", 4, "balanced"),
          ]),
        };
      },
    });
    for (const name of ["f", "e", "z", "b"]) {
      const parts = Object.entries(got.probed).filter(([key]) => key.startsWith(`${name}/`));
      read.close(`${at}/${name}`, parts.flatMap(([, values]) => Array.from(values)), CLOSE);
    }
    const whole = Object.entries(got.probed).filter(([key]) => !key.includes("/"));
    checkStep(read, at, { got: { ...got, probed: Object.fromEntries(whole) }, options });
    await checkAfter(read, trace, at);
  }
  await checkTestShares(read, trace);
  const pass = { weights: network.average, norm: "running" } as const;
  const { shape: [n = 0] } = read.case.tensor("eval/x"), classes = p.labelled_counts.length;
  const [{ values, shape } = { values: [], shape: [] }] = await mapViews(read, device, "eval/x", [
    ["labeled", n],
  ]);
  const features = network.body.forward(device.tensor(Float32Array.from(values), shape), pass);
  const logits = (head: string) => device.read(applyHead(network, head, features, pass));
  const balanced = await logits("balanced"), labels = read.ints("eval/y");
  read.close("eval/z", await logits("main"), CLOSE);
  read.close("eval/b", balanced, CLOSE);
  const { top1, top5, loss } = scoreLogits({
    logits: balanced,
    labels,
    classes,
    trainCounts: p.labelled_counts,
  });
  read.close("top1", 100 * top1);
  read.close("top5", 100 * top5);
  read.close("test_loss", loss, CLOSE);
  // Both heads together, adjusted, are logged beside the evaluated one there.
  for (const name of ["eval/co", "top1_co", "top5_co"]) read.ignore(name);
}

/** Rows of a map [rows, channels, height, width], channels last, cut into views. */
async function mapViews(
  read: CaseReader,
  device: Device,
  name: string,
  views: readonly (readonly [Input, number])[],
): Promise<CaseImages[]> {
  const { shape } = read.case.tensor(name), [rows = 0, channels = 0, ...map] = shape;
  const all = await device.read(permute(device.tensor(read.floats(name), shape), [0, 2, 3, 1]));
  const size = all.length / rows;
  let from = 0;
  return views.map(([input, n]) => {
    const values = all.subarray(from * size, (from += n) * size);
    return { input, shape: [n, ...map, channels], values };
  });
}
