import type { Device } from "../../../core/autograd/device.ts";
import type { Model } from "../../../core/nn/model.ts";
import type { Optimizer } from "../../../core/nn/optimizer.ts";
import type { Weights } from "../../../core/nn/parameters.ts";
import { exportStateDict, importStateDict, stateDictOf } from "../../../core/nn/state_dict.ts";
import type { StoredTensor } from "../../../core/safetensors.ts";
import type { Stack } from "../../../core/training/plugin/compose.ts";
import { mergeNeeds } from "../../../core/training/plugin/merge_needs.ts";
import type { DataInfo } from "../../../core/training/plugin/needs.ts";
import type { TrainingConfig } from "../../../core/training/training_config.ts";
import { copyWeights } from "../../../core/nn/parameters.ts";
import { buildNetwork, type Network } from "../../../core/training/step/network.ts";
import { runOptimizer, stepUpdate } from "../../../core/training/step/weight_update.ts";
import type { Tolerance } from "../check.ts";
import type { CaseReader } from "./case_reader.ts";
import type { CaseStep, StepReading } from "./case_step.ts";
import { StepCase } from "./step_case.ts";

/** What a case trains, and how. */
export interface NetworkStepsOptions {
  readonly stack: Stack;
  readonly model: Model;
  /** Width and height of the images. */
  readonly size: number;
  readonly data: Partial<DataInfo> & Pick<DataInfo, "counts">;
  readonly training: Pick<
    TrainingConfig,
    "optimizer" | "weightDecay" | "decayRule" | "average" | "shrink"
  >;
  readonly rate: number;
}

/** Of states and logits, and of gradients. */
const STATE: Tolerance = { relative: 1e-4, absolute: 1e-6 };
const GRADIENT: Tolerance = { relative: 1e-3, absolute: 1e-6 };

/** Whole steps of a small network that a case gives the start of: gradients, weights and averages. */
export class NetworkSteps {
  readonly network: Network;
  readonly trace: StepCase;
  readonly #read: CaseReader;
  readonly #device: Device;
  readonly #options: NetworkStepsOptions;
  readonly #optimizer: Optimizer;

  constructor(read: CaseReader, device: Device, options: NetworkStepsOptions) {
    const { stack, model, size, data, training } = options, classes = data.counts.length;
    const parts = mergeNeeds(stack, new StepCase(device, options).data);
    this.network = buildNetwork(device, model, { classes, size }, parts, { seed: 0 });
    this.#read = read;
    this.#device = device;
    this.#options = options;
    const { student, average, set } = this.network;
    const start = read.case.tensorNames.filter((name) => name.startsWith("start/"));
    const dict = new Map<string, StoredTensor>(start.map((name) => {
      const { shape } = read.case.tensor(name);
      return [name.slice("start/".length), { dtype: "F32", shape, data: read.floats(name) }];
    }));
    importStateDict(set, student, dict);
    copyWeights(student, average);
    this.#optimizer = runOptimizer(device, this.network, training as TrainingConfig); // it takes no more
    this.trace = new StepCase(device, { ...options, network: this.network });
  }

  /** Runs a step of the case, updates the network and checks what is left behind under `at`. */
  async step(at: string, given: CaseStep): Promise<StepReading> {
    const { network, trace } = this, { training, stack, rate } = this.#options;
    const got = await trace.step(given);
    const gradients = stateDictOf(
      network.set,
      (name) => got.gradients[name] ?? new Float32Array(this.#bufferSize(name)),
    );
    for (const [name, { data }] of gradients) {
      this.#read.close(`${at}/grad/${name}`, data as Float32Array, GRADIENT); // all are f32, as below
    }
    this.#optimizer.update(network.student, network.gradients.flat, network.average, {
      rate: () => rate,
      present: got.present,
      ...stepUpdate(training, stack, given.progress),
    });
    await this.#check(`${at}/after`, network.student);
    await this.#check(`${at}/ema`, network.average);
    return got;
  }

  async #check(at: string, weights: Weights): Promise<void> {
    for (const [name, { data }] of await exportStateDict(this.network.set, weights)) {
      this.#read.close(`${at}/${name}`, data as Float32Array, STATE);
    }
    this.#device.check();
  }

  #bufferSize(name: string): number {
    const { specs } = this.network.set.buffers;
    return specs.find((spec) => spec.name === name)?.shape.reduce((a, b) => a * b, 1) ?? 0;
  }
}
