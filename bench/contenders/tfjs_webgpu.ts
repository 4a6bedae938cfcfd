import "@tensorflow/tfjs-backend-cpu"; // the WebGPU backend hands small tensors to it
import "@tensorflow/tfjs-backend-webgpu";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js";
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-layers"; // registers the gradients, which the core's bundle leaves out
import { concatenate } from "../concatenate.ts";
import type {
  BatchNormProblem,
  Contender,
  Conv2dProblem,
  GemmProblem,
  Work,
} from "../contender.ts";
import { listenForErrors } from "../device_errors.ts";
import { tfjsBatchNorm } from "./tfjs_batch_norm.ts";
import { tfjsFixMatchStep } from "./tfjs_fixmatch_step.ts";
import { filterTensor, imageTensor, readFilters, readImages, readPlain } from "./tfjs_layout.ts";

/** Opens TensorFlow.js on WebGPU, as installed and with its default flags. */
export async function openTfjsWebgpu(): Promise<Contender> {
  if (!await tf.setBackend("webgpu")) {
    throw new Error("TensorFlow.js could not open its WebGPU backend");
  }
  await tf.ready();
  const backend = tf.backend() as WebGPUBackend;
  async function idle(): Promise<void> {
    backend.ensureCommandEncoderReady();
    backend.endComputePassEncoder();
    backend.submitQueue();
    await backend.queue.onSubmittedWorkDone();
  }
  return {
    name: "tfjs-webgpu",
    version: tf.version_core,
    deviceErrors: listenForErrors(backend.device),
    gemm: (problem) => Promise.resolve(gemm(problem, idle)),
    conv2d: (problem) => Promise.resolve(conv2d(problem, idle)),
    batchNormTrain: (problem) => Promise.resolve(batchNormTrain(problem, idle)),
    fixmatchStep: (problem) => Promise.resolve(tfjsFixMatchStep(problem, idle)),
  };
}

interface Recipe {
  readonly inputs: readonly tf.Tensor[];
  compute(): tf.Tensor[];
  /** How to read each output. */
  readonly read: readonly ((tensor: tf.Tensor) => Promise<Float32Array>)[];
  idle(): Promise<void>;
}

function workOf({ inputs, compute, read, idle }: Recipe): Work {
  let latest: tf.Tensor[] = [];
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        tf.dispose(latest);
        latest = tf.tidy(compute);
      }
      await idle();
    },
    async result() {
      return concatenate(await Promise.all(latest.map((y, i) => (read[i] ?? readPlain)(y))));
    },
    dispose: () => tf.dispose([...inputs, ...latest]),
  };
}

function gemm({ m, n, k, ...problem }: GemmProblem, idle: () => Promise<void>): Work {
  const a = tf.tensor2d(problem.a, [m, k]);
  const b = tf.tensor2d(problem.b, [k, n]);
  return workOf({
    inputs: [a, b],
    compute: () => [tf.matMul(a, b)],
    read: [readPlain],
    idle,
  });
}

function conv2d(problem: Conv2dProblem, idle: () => Promise<void>): Work {
  const { kind, batch, size, inChannels, outChannels, kernel, stride } = problem;
  const x = imageTensor(problem.x, [batch, inChannels, size]);
  const dy = imageTensor(problem.dy, [batch, outChannels, size / stride]);
  const w = filterTensor(problem.w, [outChannels, inChannels, kernel, kernel]);
  const pad = (kernel - 1) / 2;
  const attributes = { strides: stride, pad, dataFormat: "NHWC", dilations: 1 };
  // For gradients the kernels that its own gradient of conv2d calls, without the forward pass.
  function compute(): tf.Tensor[] {
    if (kind === "forward") return [tf.conv2d(x, w, stride, pad)];
    const [name, inputs, shape] = kind === "input"
      ? ["Conv2DBackpropInput", { dy, filter: w }, {
        inputShape: x.shape,
      }] as const
      : ["Conv2DBackpropFilter", { x, dy }, { filterShape: w.shape }] as const;
    return [
      tf.engine().runKernel<tf.Tensor>(name, inputs, {
        ...attributes,
        ...shape,
      }),
    ];
  }
  const read = kind === "filter" ? readFilters : readImages;
  return workOf({ inputs: [x, w, dy], compute, read: [read], idle });
}

function batchNormTrain(problem: BatchNormProblem, idle: () => Promise<void>): Work {
  const { batch, channels, size, epsilon } = problem;
  const x = imageTensor(problem.x, [batch, channels, size]);
  const dy = imageTensor(problem.dy, [batch, channels, size]);
  const gamma = tf.tensor1d(problem.gamma);
  const beta = tf.tensor1d(problem.beta);
  const gradients = tf.valueAndGrads((x, gamma, beta) =>
    tfjsBatchNorm(x as tf.Tensor4D, [gamma as tf.Tensor1D, beta as tf.Tensor1D], epsilon)
  );
  function compute(): tf.Tensor[] {
    const { value, grads } = gradients([x, gamma, beta], dy);
    return [value, ...grads];
  }
  const read = [readImages, readImages, readPlain, readPlain];
  return workOf({ inputs: [x, dy, gamma, beta], compute, read, idle });
}
