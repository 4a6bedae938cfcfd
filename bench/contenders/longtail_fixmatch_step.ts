import {
  add,
  argmax,
  atLeast,
  Builder,
  concat,
  crossEntropy,
  type Device,
  exportStateDict,
  importStateDict,
  max,
  Optimizer,
  type ParameterSet,
  type Pass,
  softmax,
  split,
  type StoredTensor,
  Tape,
  type Tensor,
  wideResNet,
} from "@longtail/longtail/core";
import { augmentViews, simproViews } from "@longtail/longtail/datasets";
import { concatenate } from "../concatenate.ts";
import type { Work } from "../contender.ts";
import type {
  FixMatchProblem,
  FixMatchTraining,
  FixMatchViewsProblem,
} from "../network/fixmatch_problem.ts";
import { longtailImages } from "./longtail_images.ts";

/** Where the views of a step come from. */
interface Views {
  /** Those of step `step`. */
  of(step: number): { readonly labeled: Tensor; readonly weak: Tensor; readonly strong: Tensor };
  /** What lies on the device as long as steps are made. */
  readonly kept: readonly Tensor<"f32" | "i32" | "u8">[];
}

/** FixMatch's step with longtail's network, tape and optimizer. */
export function longtailFixMatchStep(device: Device, problem: FixMatchProblem): Work {
  const { size, labeled, unlabeled } = problem;
  const views = {
    labeled: longtailImages(device, problem.labeledImages, [labeled, 3, size]),
    weak: longtailImages(device, problem.weakImages, [unlabeled, 3, size]),
    strong: longtailImages(device, problem.strongImages, [unlabeled, 3, size]),
  };
  return stepsOn(device, problem, { of: () => views, kept: Object.values(views) });
}

/** The same from bytes, with SimPro's views. */
export function longtailFixMatchStepWithViews(
  device: Device,
  problem: FixMatchViewsProblem,
): Work {
  const { size, bytes, labeled, unlabeled } = problem;
  const half = [0.5, 0.5, 0.5] as const;
  const specs = simproViews({ size, mean: half, std: half });
  const images = device.tensor(bytes, [labeled + unlabeled, size, size, 3], "u8");
  const rows = (n: number, from: number) =>
    device.tensor(Int32Array.from({ length: n }, (_, i) => from + i), [n], "i32");
  const first = rows(labeled, 0), rest = rows(unlabeled, labeled);
  const labeledViews = [{ spec: specs.weak, name: "labeled" }];
  const unlabeledViews = [
    { spec: specs.weak, name: "weak" },
    { spec: specs.strong, name: "strong" },
  ];
  return stepsOn(device, problem, {
    of(step) {
      const draw = { seed: 1, step };
      const both = augmentViews(images, rest, unlabeledViews, draw);
      const [weak, strong] = split(both, [unlabeled, unlabeled]) as [Tensor, Tensor];
      return { labeled: augmentViews(images, first, labeledViews, draw), weak, strong };
    },
    kept: [images, first, rest],
  });
}

function stepsOn(device: Device, problem: FixMatchTraining, views: Views): Work {
  const { depth, width, classes, size, labeled, unlabeled } = problem;
  const b = new Builder();
  const body = wideResNet({ depth, width, variant: "daso" }).build(b, { classes, size });
  const set = b.finish();
  const student = set.allocate(device);
  const average = set.allocate(device);
  importStateDict(set, student, stateDict(set, problem));
  const gradients = set.parameters.allocate(device);
  const optimizer = new Optimizer(
    device,
    set,
    { kind: "sgd", momentum: problem.momentum, nesterov: true },
    ({ shape }) => ({
      weightDecay: shape.length > 1 ? problem.weightDecay : 0,
      rateScale: 1,
      averageScale: 1,
    }),
  );
  const labels = device.tensor(problem.labels, [labeled], "i32");
  const update = {
    rate: () => problem.learningRate,
    present: new Set(student.parameters.keys()),
    averageDecay: problem.averageDecay,
    averageBuffers: "copy",
  } as const;
  const pass: Pass = { weights: student, norm: "batch" };
  const logits = (x: Tensor) => device.scope(() => body.heads.main(body.forward(x, pass), pass));

  function lossOf(batch: ReturnType<Views["of"]>): Tensor {
    const { targets, mask } = device.noGrad(() => {
      const probs = softmax(logits(batch.weak));
      return { targets: argmax(probs, 1), mask: atLeast(max(probs, 1), problem.threshold) };
    });
    const all = logits(concat([batch.labeled, batch.strong]));
    const [supervised, strong] = split(all, [labeled, unlabeled]) as [Tensor, Tensor];
    return add(
      crossEntropy(supervised, labels),
      crossEntropy(strong, targets, { weights: mask }),
    );
  }
  function step(number: number): Tensor {
    return device.scope(() => {
      const batch = views.of(number);
      const wanted = student.parameters.map((p, i) => [p, gradients.views[i] ?? null] as const);
      const tape = new Tape(device, new Map(wanted));
      const loss = tape.record(() => lossOf(batch));
      tape.backward(loss);
      optimizer.update(student, gradients.flat, average, update);
      return loss;
    });
  }

  let loss: Tensor | undefined, done = 0;
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        loss?.dispose();
        loss = step(done++);
        device.submit();
      }
      await device.idle();
    },
    async result() {
      const value = loss ? await device.read(loss) : Float32Array.of(NaN);
      const dict = await exportStateDict(set, student);
      const parts = problem.parameters.map(({ name }) => dict.get(name)?.data as Float32Array);
      return concatenate([value, ...parts]);
    },
    dispose() {
      const { flatParameters, flatBuffers } = average;
      const weights = [student.flatParameters, student.flatBuffers, flatParameters, flatBuffers];
      const others = [gradients.flat, optimizer.first, labels, ...views.kept];
      for (const tensor of [...weights, ...others, ...(loss ? [loss] : [])]) tensor.dispose();
    },
  };
}

/** The problem's parameters, and running statistics as they start. */
function stateDict(set: ParameterSet, problem: FixMatchTraining): Map<string, StoredTensor> {
  const dict = new Map<string, StoredTensor>();
  for (const { name, shape, value } of problem.parameters) {
    dict.set(name, { dtype: "F32", shape: [...shape], data: value });
  }
  for (const { name, shape, initial } of set.buffers.specs) {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1)).fill(initial);
    dict.set(name, { dtype: "F32", shape: [...shape], data });
  }
  return dict;
}
