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
import { concatenate } from "../concatenate.ts";
import type { Work } from "../contender.ts";
import type { FixMatchProblem } from "../network/fixmatch_problem.ts";
import { longtailImages } from "./longtail_images.ts";

/** FixMatch's step with longtail's network, tape and optimizer. */
export function longtailFixMatchStep(device: Device, problem: FixMatchProblem): Work {
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
  const batch = {
    labeled: longtailImages(device, problem.labeledImages, [labeled, 3, size]),
    labels: device.tensor(problem.labels, [labeled], "i32"),
    weak: longtailImages(device, problem.weakImages, [unlabeled, 3, size]),
    strong: longtailImages(device, problem.strongImages, [unlabeled, 3, size]),
  };
  const update = {
    rate: () => problem.learningRate,
    present: new Set(student.parameters.keys()),
    averageDecay: 0.999,
    averageBuffers: "copy",
  } as const;
  const pass: Pass = { weights: student, norm: "batch" };
  const logits = (x: Tensor) => device.scope(() => body.heads.main(body.forward(x, pass), pass));

  function lossOf(): Tensor {
    const { targets, mask } = device.noGrad(() => {
      const probs = softmax(logits(batch.weak));
      return { targets: argmax(probs, 1), mask: atLeast(max(probs, 1), problem.threshold) };
    });
    const all = logits(concat([batch.labeled, batch.strong]));
    const [supervised, strong] = split(all, [labeled, unlabeled]) as [Tensor, Tensor];
    return add(
      crossEntropy(supervised, batch.labels),
      crossEntropy(strong, targets, { weights: mask }),
    );
  }
  function step(): Tensor {
    return device.scope(() => {
      const views = student.parameters.map((p, i) => [p, gradients.views[i] ?? null] as const);
      const tape = new Tape(device, new Map(views));
      const loss = tape.record(lossOf);
      tape.backward(loss);
      optimizer.update(student, gradients.flat, average, update);
      return loss;
    });
  }

  let loss: Tensor | undefined;
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        loss?.dispose();
        loss = step();
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
      const others = [gradients.flat, optimizer.first, ...Object.values(batch)];
      for (const tensor of [...weights, ...others, ...(loss ? [loss] : [])]) tensor.dispose();
    },
  };
}

/** The problem's parameters, and running statistics as they start. */
function stateDict(set: ParameterSet, problem: FixMatchProblem): Map<string, StoredTensor> {
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
