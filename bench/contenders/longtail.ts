import {
  batchNorm,
  conv2d as longtailConv2d,
  type Device,
  matmul,
  requestDevice,
  type RequestDeviceOptions,
  Tape,
  type Tensor,
} from "@longtail/longtail/core";
import project from "../../deno.json" with { type: "json" };
import { concatenate } from "../concatenate.ts";
import type {
  BatchNormProblem,
  Contender,
  Conv2dProblem,
  GemmProblem,
  Work,
} from "../contender.ts";
import { listenForErrors } from "../device_errors.ts";
import { permute } from "../permute.ts";
import { longtailAugment } from "./longtail_augment.ts";
import { longtailBackward } from "./longtail_backward.ts";
import { longtailFixMatchStep, longtailFixMatchStepWithViews } from "./longtail_fixmatch_step.ts";
import { longtailImages } from "./longtail_images.ts";
import { longtailMethodStep } from "./longtail_method_step.ts";
import { longtailStream } from "./longtail_stream.ts";

/** Opens longtail; by default with the kernels that its adapter decides on. */
export async function openLongtail(options: RequestDeviceOptions = {}): Promise<Contender> {
  const device = await requestDevice(options);
  return {
    name: "longtail",
    version: project.version,
    deviceErrors: listenForErrors(device.gpu),
    gemm: (problem) => Promise.resolve(gemm(device, problem)),
    conv2d: (problem) => Promise.resolve(conv2d(device, problem)),
    batchNormTrain: (problem) => Promise.resolve(batchNormTrain(device, problem)),
    augment: (problem) => Promise.resolve(longtailAugment(device, problem)),
    fixmatchStep: (problem) => Promise.resolve(longtailFixMatchStep(device, problem)),
    fixmatchStepWithViews: (problem) =>
      Promise.resolve(longtailFixMatchStepWithViews(device, problem)),
    methodStep: (problem) => longtailMethodStep(device, problem),
    stream: (problem) => longtailStream(device, problem),
  };
}

interface Recipe {
  readonly inputs: readonly Tensor[];
  compute(): Tensor[];
  /** Brings each output into the bench's layout; as it lies without one. */
  readonly order?: readonly (readonly number[] | undefined)[];
}

function workOf(device: Device, { inputs, compute, order = [] }: Recipe): Work {
  let latest: Tensor[] = [];
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        // Operands count as new each time, so that no copy in another layout is used again.
        for (const { storage } of inputs) storage.changed();
        for (const tensor of latest) tensor.dispose();
        latest = device.scope(compute);
        device.submit();
      }
      await device.idle();
    },
    async result() {
      const all = await device.readAll(latest);
      return concatenate(all.map((data, i) => {
        const axes = order[i];
        return axes ? permute(data, latest[i]?.shape ?? [], axes) : data;
      }));
    },
    dispose() {
      for (const tensor of [...inputs, ...latest]) tensor.dispose();
    },
  };
}

function gemm(device: Device, { m, n, k, ...problem }: GemmProblem): Work {
  const a = device.tensor(problem.a, [m, k]);
  const b = device.tensor(problem.b, [k, n]);
  return workOf(device, { inputs: [a, b], compute: () => [matmul(a, b)] });
}

function conv2d(device: Device, problem: Conv2dProblem): Work {
  const { kind, batch, size, inChannels, outChannels, kernel, stride } = problem;
  const x = longtailImages(device, problem.x, [batch, inChannels, size]);
  const dy = longtailImages(device, problem.dy, [batch, outChannels, size / stride]);
  const filter = permute(problem.w, [outChannels, inChannels, kernel, kernel], [2, 3, 1, 0]);
  const w = device.tensor(filter, [kernel, kernel, inChannels, outChannels]);
  const forward = () => longtailConv2d(x, w, { stride, padding: (kernel - 1) / 2 });
  const wanted = kind === "input" ? 0 : 1;
  const backward = longtailBackward(device, { inputs: [x, w], wanted, operation: forward });
  const compute = () => kind === "forward" ? [forward()] : backward(dy);
  const order = [kind === "filter" ? OIHW : NCHW];
  return workOf(device, { inputs: [x, w, dy], compute, order });
}

/** Forward and backward through the tape, which frees what it holds when it is done. */
function batchNormTrain(device: Device, problem: BatchNormProblem): Work {
  const { batch, channels, size, epsilon: eps } = problem;
  const x = longtailImages(device, problem.x, [batch, channels, size]);
  const dy = longtailImages(device, problem.dy, [batch, channels, size]);
  const vector = (data: Float32Array) => device.tensor(data, [channels]);
  const gamma = vector(problem.gamma);
  const beta = vector(problem.beta);
  const runningMean = vector(new Float32Array(channels));
  const runningVar = vector(new Float32Array(channels).fill(1));
  const wanted = [x, gamma, beta];
  function compute(): Tensor[] {
    const tape = new Tape(device, new Map(wanted.map((tensor) => [tensor, null])));
    const options = { gamma, beta, runningMean, runningVar, mode: "batch", eps } as const;
    const y = tape.record(() => batchNorm(x, options));
    const gradients = tape.backward(y, dy);
    for (const gradient of gradients.values()) device.adopt(gradient);
    return [y, ...wanted.flatMap((tensor) => gradients.get(tensor) ?? [])];
  }
  const inputs = [...wanted, dy, runningMean, runningVar];
  return workOf(device, { inputs, compute, order: [NCHW, NCHW] });
}

/** Activations back from channels last. */
const NCHW = [0, 3, 1, 2];
/** Filters back from `[h, w, in, out]`. */
const OIHW = [3, 2, 0, 1];
