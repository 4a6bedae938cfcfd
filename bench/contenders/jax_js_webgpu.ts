import {
  blockUntilReady,
  defaultDevice,
  getWebGPUDevice,
  init,
  jit,
  numpy as np,
  tree,
  vjp,
} from "@jax-js/jax";
import { concatenate } from "../concatenate.ts";
import type {
  BatchNormProblem,
  Contender,
  Conv2dProblem,
  GemmProblem,
  Work,
} from "../contender.ts";
import { listenForErrors } from "../device_errors.ts";
import { pinnedVersion } from "../pinned_version.ts";
import { jaxJsFixMatchStep } from "./jax_js_fixmatch_step.ts";
import { jaxJsArray, jaxJsBatchNorm, jaxJsConv2d } from "./jax_js_layers.ts";

/** Opens jax-js on WebGPU. */
export async function openJaxJsWebgpu(): Promise<Contender> {
  if (!(await init("webgpu")).includes("webgpu")) {
    throw new Error("jax-js could not open its WebGPU backend");
  }
  defaultDevice("webgpu");
  return {
    name: "jax-js-webgpu",
    version: pinnedVersion("@jax-js/jax"),
    deviceErrors: listenForErrors(getWebGPUDevice()),
    gemm: (problem) => Promise.resolve(gemm(problem)),
    conv2d: (problem) => Promise.resolve(conv2d(problem)),
    batchNormTrain: (problem) => Promise.resolve(batchNormTrain(problem)),
    fixmatchStep: (problem) => Promise.resolve(jaxJsFixMatchStep(problem)),
  };
}

/** Work made of a function that consumes its operands. */
function workOf(inputs: np.Array[], compute: (...inputs: np.Array[]) => np.Array[]): Work {
  const compiled = jit(compute);
  let latest: np.Array[] = [];
  return {
    async run(times) {
      for (let i = 0; i < times; i++) {
        // Arrays are lazy: one that is dropped before it is asked for is never computed. Asking for
        // its buffer submits the work, without a wait, and gives the array back.
        for (const y of latest) y.gpuBufferSync();
        latest = compiled(...tree.ref(inputs)) as np.Array[];
      }
      await blockUntilReady(latest);
    },
    async result() {
      return concatenate(await Promise.all(latest.map((y) => y.ref.data())) as Float32Array[]);
    },
    dispose() {
      tree.dispose([inputs, latest]);
      compiled.dispose();
    },
  };
}

function gemm({ m, n, k, ...problem }: GemmProblem): Work {
  const a = jaxJsArray(problem.a, [m, k]);
  const b = jaxJsArray(problem.b, [k, n]);
  return workOf([a, b], (a, b) => [np.matmul(a as np.Array, b as np.Array)]);
}

function conv2d(problem: Conv2dProblem): Work {
  const { kind, batch, size, inChannels, outChannels, kernel, stride } = problem;
  const outSize = size / stride;
  const x = jaxJsArray(problem.x, [batch, inChannels, size, size]);
  const w = jaxJsArray(problem.w, [outChannels, inChannels, kernel, kernel]);
  const dy = jaxJsArray(problem.dy, [batch, outChannels, outSize, outSize]);
  function pullback(f: (v: np.Array) => np.Array, at: np.Array, dy: np.Array): np.Array[] {
    const [y, pull] = vjp(f, [at]);
    y.dispose(); // unread, so never computed
    const [gradient] = pull(dy) as [np.Array];
    pull.dispose();
    return [gradient];
  }
  if (kind === "forward") {
    dy.dispose();
    return workOf([x, w], (x, w) => [jaxJsConv2d(x as np.Array, w as np.Array, stride)]);
  }
  return workOf(
    [x, w, dy],
    (x, w, dy) =>
      kind === "input"
        ? pullback((x) => jaxJsConv2d(x, w as np.Array, stride), x as np.Array, dy as np.Array)
        : pullback((w) => jaxJsConv2d(x as np.Array, w, stride), w as np.Array, dy as np.Array),
  );
}

function batchNormTrain(problem: BatchNormProblem): Work {
  const { batch, channels, size, epsilon } = problem;
  const shape = [batch, channels, size, size];
  const inputs = [
    jaxJsArray(problem.x, shape),
    jaxJsArray(problem.gamma, [channels]),
    jaxJsArray(problem.beta, [channels]),
    jaxJsArray(problem.dy, shape),
  ];
  return workOf(inputs, (x, gamma, beta, dy) => {
    const [y, pull] = vjp(
      (x: np.Array, gamma: np.Array, beta: np.Array) => jaxJsBatchNorm(x, [gamma, beta], epsilon),
      [x, gamma, beta] as [np.Array, np.Array, np.Array],
    );
    const gradients = pull(dy as np.Array) as np.Array[];
    pull.dispose();
    return [y, ...gradients];
  });
}
