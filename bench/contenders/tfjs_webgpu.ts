import "@tensorflow/tfjs-backend-cpu"; // small tensors and constants live there
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu/dist/backend_webgpu.js";
import "@tensorflow/tfjs-backend-webgpu";
import * as tf from "@tensorflow/tfjs-core";
import type {
  BatchNormProblem,
  Contender,
  Conv2dProblem,
  GemmProblem,
  Work,
} from "../contender.ts";
import { listenForErrors } from "../device_errors.ts";
import { permute } from "../permute.ts";
import { tfjsFixMatchStep } from "./tfjs_fixmatch_step.ts";

/** Opens TensorFlow.js on WebGPU, as installed and with its default flags. */
export async function openTfjsWebgpu(): Promise<Contender> {
  if (!await tf.setBackend("webgpu")) {
    throw new Error("TensorFlow.js could not open its WebGPU backend");
  }
  await tf.ready();
  const backend = tf.backend() as WebGPUBackend;
  async function idle(): Promise<void> {
    backend.submitQueue();
    await backend.queue.onSubmittedWorkDone();
  }

  /** Work made of a function from tensors to tensors; `outputs` orders each result's axes. */
  function work(
    inputs: readonly tf.Tensor[],
    forward: () => tf.Tensor[],
    outputs: readonly (readonly number[] | null)[],
  ): Work {
    let latest: tf.Tensor[] = [];
    return {
      async run(times) {
        for (let i = 0; i < times; i++) {
          tf.dispose(latest);
          latest = tf.tidy(forward);
        }
        await idle();
      },
      async result() {
        const parts = await Promise.all(latest.map(async (tensor, i) => {
          const data = await tensor.data<"float32">();
          const order = outputs[i];
          return order ? permute(data, tensor.shape, order) : data;
        }));
        return Float32Array.from(parts.flatMap((part) => [...part]));
      },
      dispose: () => tf.dispose([...inputs, ...latest]),
    };
  }

  return {
    name: "tfjs-webgpu",
    version: tf.version_core,
    deviceErrors: listenForErrors(backend.device),
    gemm({ m, n, k, ...problem }: GemmProblem) {
      const a = tf.tensor2d(problem.a, [m, k]);
      const b = tf.tensor2d(problem.b, [k, n]);
      return Promise.resolve(work([a, b], () => [tf.matMul(a, b)], [null]));
    },
    conv2d(problem: Conv2dProblem) {
      const x = imageTensor(problem.x, [problem.batch, problem.inChannels, problem.size]);
      const outSize = problem.size / problem.stride;
      const dy = imageTensor(problem.dy, [problem.batch, problem.outChannels, outSize]);
      const { outChannels, inChannels, kernel, stride: strides } = problem;
      const w = tf.tensor4d(
        permute(problem.w, [outChannels, inChannels, kernel, kernel], HWIO),
        [kernel, kernel, inChannels, outChannels],
      );
      const attributes = { strides, pad: (kernel - 1) / 2, dataFormat: "NHWC", dilations: 1 };
      const { kind } = problem;
      function forward(): tf.Tensor[] {
        if (kind === "forward") return [tf.conv2d(x, w, strides, attributes.pad)];
        // The kernels that its own gradient of conv2d calls, without the forward pass.
        const y = kind === "input"
          ? tf.engine().runKernel("Conv2DBackpropInput", { dy, filter: w }, {
            ...attributes,
            inputShape: x.shape,
          })
          : tf.engine().runKernel("Conv2DBackpropFilter", { x, dy }, {
            ...attributes,
            filterShape: w.shape,
          });
        return [y as tf.Tensor];
      }
      return Promise.resolve(work([x, w, dy], forward, [kind === "filter" ? OIHW : NCHW]));
    },
    batchNormTrain({ batch, channels, size, epsilon, ...problem }: BatchNormProblem) {
      const x = imageTensor(problem.x, [batch, channels, size]);
      const dy = imageTensor(problem.dy, [batch, channels, size]);
      const gamma = tf.tensor1d(problem.gamma);
      const beta = tf.tensor1d(problem.beta);
      const gradients = tf.valueAndGrads((x: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
        batchNorm(x, gamma, beta, epsilon)
      );
      function forward(): tf.Tensor[] {
        const { value, grads } = gradients([x, gamma, beta], dy);
        return [value, ...grads];
      }
      return Promise.resolve(work([x, dy, gamma, beta], forward, [NCHW, NCHW, null, null]));
    },
    fixmatchStep: (problem) => Promise.resolve(tfjsFixMatchStep(problem, idle)),
  };
}

/** Filters `[out, in, h, w]` → `[h, w, in, out]`. */
const HWIO = [2, 3, 1, 0];
/** Filters back from `[h, w, in, out]`. */
const OIHW = [3, 2, 0, 1];
/** Activations back from `[batch, h, w, channels]`. */
const NCHW = [0, 3, 1, 2];

/** Square images `[batch, channels, size, size]` as the library likes them, channels last. */
export function imageTensor(
  data: Float32Array,
  [batch, channels, size]: readonly [number, number, number],
): tf.Tensor4D {
  const order = permute(data, [batch, channels, size, size], [0, 2, 3, 1]);
  return tf.tensor4d(order, [batch, size, size, channels]);
}

/** Batch normalization over batch and pixels by the batch's own statistics, as tfjs-layers does. */
export function batchNorm(
  x: tf.Tensor4D,
  gamma: tf.Tensor1D,
  beta: tf.Tensor1D,
  epsilon: number,
): tf.Tensor4D {
  const { mean, variance } = tf.moments(x, [0, 1, 2]);
  return tf.batchNorm(x, mean as tf.Tensor1D, variance as tf.Tensor1D, beta, gamma, epsilon);
}
