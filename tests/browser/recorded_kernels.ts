import { algorithms, basesOf } from "../../algorithms/registry.ts";
import type { Device } from "../../core/autograd/device.ts";
import { requestDevice } from "../../core/autograd/request_device.ts";
import { Tape } from "../../core/autograd/tape.ts";
import { modelByName } from "../../core/nn/model_registry.ts";
import { WIDE_RESNET_VARIANTS } from "../../core/nn/wide_resnet.ts";
import type { Dataset } from "../../datasets/images/dataset.ts";
import { syntheticDataset } from "../../datasets/images/synthetic.ts";
import { augment, augmentPixels } from "../../datasets/views/augment.ts";
import {
  augmentationNames,
  publishedViews,
} from "../../datasets/views/published/published_views.ts";
import { objectLayer } from "../../experiment/config/layers.ts";
import { resolveConfig } from "../../experiment/config/resolve.ts";
import { openTrainer } from "../../experiment/open_trainer.ts";
import { splitRun } from "../../experiment/run/split_run.ts";
import { operationSamples } from "../core/autograd/samples/mod.ts";
import { tableSamples } from "../core/autograd/samples/pointwise.ts";
import { toDevice } from "../core/autograd/samples/sample.ts";

/** A kernel as a device was given it: what a page needs to make the same. */
export interface RecordedKernel {
  /** Name and every value that changes the code. */
  readonly key: string;
  readonly code: string;
  /** Kinds of its arguments. */
  readonly entries: GPUBindGroupLayoutEntry[];
}

/** Classes of kernels: for GPUs, for software adapters without and with subgroups. */
const CLASSES = {
  gpu: { software: false },
  software: { software: true, subgroups: undefined },
  subgroups: { software: true, subgroups: { lanes: 8, directive: "" } },
} as const;

/**
 * Every kernel that operations, networks, methods and views make, in all classes. Commands are
 * recorded, but nothing is computed: what would take minutes takes seconds, and all values are zero.
 */
export async function recordKernels(): Promise<RecordedKernel[]> {
  const kernels = new Map<string, RecordedKernel>();
  for (const options of Object.values(CLASSES)) {
    const device = await requestDevice(options);
    watch(device.gpu, (kernel) => kernels.set(kernel.code, kernel));
    recordOperations(device);
    await recordViews(device);
    await recordNetworks(device);
    await recordMethods(device);
    device.destroy();
  }
  return [...kernels.values()];
}

/** Tells of each pipeline that a device makes, and lets it compute nothing. */
function watch(gpu: GPUDevice, onKernel: (kernel: RecordedKernel) => void): void {
  const codes = new Map<GPUShaderModule, string>();
  const groups = new Map<GPUBindGroupLayout, GPUBindGroupLayoutEntry[]>();
  const layouts = new Map<GPUPipelineLayout, GPUBindGroupLayoutEntry[]>();
  const make = {
    module: gpu.createShaderModule.bind(gpu),
    group: gpu.createBindGroupLayout.bind(gpu),
    layout: gpu.createPipelineLayout.bind(gpu),
    pipeline: gpu.createComputePipeline.bind(gpu),
  };
  const kept = <T, V>(made: T, values: Map<T, V>, value: V): T => {
    values.set(made, value);
    return made;
  };
  gpu.createShaderModule = (d) => kept(make.module(d), codes, d.code);
  gpu.createBindGroupLayout = (d) => kept(make.group(d), groups, [...d.entries]);
  gpu.createPipelineLayout = (d) => {
    const [group] = [...d.bindGroupLayouts];
    return kept(make.layout(d), layouts, groups.get(group!)!); // kernels have one group
  };
  gpu.createComputePipeline = (d) => {
    const { module } = d.compute;
    onKernel({
      key: d.label!,
      code: codes.get(module)!,
      entries: layouts.get(d.layout as GPUPipelineLayout)!,
    });
    return make.pipeline(d);
  };
  gpu.queue.submit = gpu.queue.writeBuffer = () => {};
}

/** Samples of every operation, with their gradients. */
function recordOperations(device: Device): void {
  device.scope(() => {
    for (const { inputs, run } of [...operationSamples, ...tableSamples]) {
      const tensors = inputs.map((x) => toDevice(device, x));
      const tape = new Tape(device, new Map(tensors.map((t) => [t, null])));
      const y = tape.record(() => run(tensors, device));
      if (y.tape !== tape) {
        tape.clear();
        continue;
      }
      for (const g of tape.backward(y as never, device.zeros(y.shape)).values()) device.adopt(g);
    }
  });
  device.submit();
}

/** All views of every augmentation, for small images and for those of ImageNet. */
async function recordViews(device: Device): Promise<void> {
  const half = [0.5, 0.5, 0.5] as const, draw = { seed: 0, step: 0, name: "x" };
  for (const size of [16, 32, 224]) {
    const images = device.zeros([2, size, size, 3], "u8");
    const indices = device.tensor([0, 1], [2], "i32");
    device.scope(() => {
      for (const name of augmentationNames) {
        for (const spec of Object.values(publishedViews(name, { size, mean: half, std: half }))) {
          augment(images, indices, spec, draw);
          augmentPixels(images, indices, spec, draw);
        }
      }
    });
    device.free(images);
    device.free(indices);
  }
  await device.idle();
}

/** A step of each network in each published form, at the batch of a recipe. */
async function recordNetworks(device: Device): Promise<void> {
  const dataset = await syntheticDataset({ size: 32, train: 400, test: 20 });
  const options = [
    ...WIDE_RESNET_VARIANTS.map((modelVariant) => ({ model: "wrn-28-2", modelVariant })),
    ...["wrn-10-1", "wrn-28-8", "resnet-18", "resnet-50"].map((model) => ({ model })),
    { model: "resnet-32-experts-3", algorithm: "balpoe" },
    ...device.half ? ["wrn-28-2", "resnet-50"].map((model) => ({ model, precision: "f16" })) : [],
  ];
  for (const own of options) {
    await recordRun(device, dataset, [{ algorithm: "fixmatch", split: SPLIT, steps: 1, ...own }]);
  }
}

const SPLIT = { labeledMax: 12, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 };

/** Steps in which a method's `smoke` settings make every slot run. */
const SMOKE = { model: "small-cnn", batch: { labeled: 8 }, split: SPLIT, steps: 30 };

/** Short runs of each base, and of each add-on on the first base that it can stand on. */
async function recordMethods(device: Device): Promise<void> {
  const dataset = await syntheticDataset({ size: 16, train: 800, test: 50 });
  for (const { spec } of algorithms) {
    const [base] = spec.kind === "base" ? [] : basesOf(spec);
    const algorithm = base ? `${base}+${spec.name}` : spec.name;
    const below = algorithms.find((a) => a.spec.name === base)?.spec.smoke ?? {};
    await recordRun(device, dataset, [{ algorithm, ...SMOKE }, below, spec.smoke ?? {}]);
  }
}

/** A run with options of some layers, and its evaluation. */
async function recordRun(
  device: Device,
  dataset: Dataset,
  layers: readonly object[],
): Promise<void> {
  const resolved = resolveConfig(layers.map((layer) => objectLayer(layer, "the test")));
  const { config, stack } = resolved;
  const { split } = splitRun(resolved, dataset);
  const model = modelByName(config.model, config.modelVariant);
  const trainer = await openTrainer({ device, dataset, split, model, stack, config });
  await trainer.run();
  await trainer.evaluate();
}
