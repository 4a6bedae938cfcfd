import {
  type Device,
  matmul,
  requestDevice,
  type Tensor,
} from "../../core/autograd/mod.ts";
import project from "../../deno.json" with { type: "json" };
import { imageConv } from "../../core/autograd/ops/conv2d/image_conv.ts";
import { convGeometry } from "../../core/autograd/ops/conv2d/geometry.ts";
import { concatenate } from "../concatenate.ts";
import type {
  Contender,
  Conv2dProblem,
  GemmProblem,
  Work,
} from "../contender.ts";
import { listenForErrors } from "../device_errors.ts";
import { permute } from "../permute.ts";

/** Opens longtail. */
export async function openLongtail(): Promise<Contender> {
  const device = await requestDevice();
  return {
    name: "longtail",
    version: project.version,
    deviceErrors: listenForErrors(device.gpu),
    gemm: (problem) => Promise.resolve(gemm(device, problem)),
    conv2d: (problem) => Promise.resolve(conv2d(device, problem)),
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
  const { kind, batch, size, inChannels, outChannels, kernel, stride } =
    problem;
  const x = images(device, problem.x, [batch, inChannels, size]);
  const dy = images(device, problem.dy, [batch, outChannels, size / stride]);
  const filter = permute(problem.w, [outChannels, inChannels, kernel, kernel], [
    2,
    3,
    1,
    0,
  ]);
  const w = device.tensor(filter, [kernel, kernel, inChannels, outChannels]);
  const g = convGeometry(x, w, { stride, padding: (kernel - 1) / 2 });
  const kernels = imageConv;
  const compute = {
    forward: () => [kernels.forward(x, w, undefined, g)],
    input: () => [kernels.inputGradient(dy, w, g)],
    filter: () => [kernels.filterGradient(x, dy, g)],
  }[kind];
  const order = kind === "filter" ? [3, 2, 0, 1] : [0, 3, 1, 2];
  return workOf(device, { inputs: [x, w, dy], compute, order: [order] });
}

/** Square images `[batch, channels, size, size]`, channels last. */
export function images(
  device: Device,
  data: Float32Array,
  [batch, channels, size]: readonly [number, number, number],
): Tensor {
  const channelsLast = permute(data, [batch, channels, size, size], [
    0,
    2,
    3,
    1,
  ]);
  return device.tensor(channelsLast, [batch, size, size, channels]);
}
