import { HEAD_OPTIMIZERS } from "../../../algorithms/addons/cossl/start.ts";
import type { Device } from "../../../core/autograd/device.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Model } from "../../../core/nn/model.ts";
import { Optimizer, type OptimizerOptions } from "../../../core/nn/optimizer.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { mergeNeeds } from "../../../core/training/plugin/merge_needs.ts";
import { buildNetwork, type Network } from "../../../core/training/step/network.ts";
import { parameterIndex } from "./case_network.ts";
import type { CaseReader } from "./case_reader.ts";
import type { CaseStep, StepReading } from "./case_step.ts";

const TENSORS = [["heads.balanced.weight", "W"], ["heads.balanced.bias", "b"]] as const;
const GRADIENT = { relative: 1e-5, absolute: 1e-7 } as const;
const MOVED = { relative: 1e-5, absolute: 2e-6 } as const;

/** Optimizer, learning rate and decay out of a text like `Adam lr 2e-3, …, L2 5e-4 …`. */
export function readOptimizer(
  text: string,
): { readonly optimizer: OptimizerOptions; readonly rate: number; readonly decay: number } {
  const kind = text.match(/^(Adam|SGD)\b/)?.[1];
  const rate = Number(text.match(/\blr (\d*\.?\d+(?:e-?\d+)?)/)?.[1]);
  const decay = Number(text.match(/\bL2 (\d*\.?\d+(?:e-?\d+)?)/)?.[1]);
  if (!kind || !(rate > 0) || !(decay >= 0)) {
    throw new SyntaxError(`Cannot tell which optimizer '${text}' means`);
  }
  return { optimizer: HEAD_OPTIMIZERS[kind === "Adam" ? "adam" : "sgd"], rate, decay };
}

/** The balanced head of a case, moved by the run's optimizer as the trainer moves it. */
export class CosslHead {
  readonly #read: CaseReader;
  readonly #device: Device;
  readonly #network: Network;
  readonly #optimizer: Optimizer;
  readonly #rate: number;
  /** Numbers of a feature vector that the stub network has more than the case. */
  readonly #columns: { readonly own: number; readonly all: number };
  #now: Pick<CaseStep, "weights" | "averageWeights"> = {};

  /** A head with the case's start values and moments of zero, on features of a width. */
  constructor(read: CaseReader, device: Device, plugin: Plugin, width: number) {
    const { classes, features, labelled_counts: counts, head_optimizer } = read.case.params;
    const { optimizer, rate } = readOptimizer(head_optimizer);
    const sizes = { classes, features, counts, labeled: 1, unlabeled: 1, holdout: 0, valid: 0 };
    const data = { dataset: "golden", trueUnlabeledCounts: null, ...sizes };
    const { heads } = mergeNeeds({ name: plugin.name, plugins: [plugin] }, data);
    this.#read = read;
    this.#device = device;
    this.#rate = rate;
    this.#columns = { own: features, all: width };
    this.#network = buildNetwork(device, bodyOf(features), { classes, size: 1 }, { heads }, {
      seed: 0,
    });
    this.#optimizer = new Optimizer(device, this.#network.set, optimizer, (spec) => ({
      weightDecay: this.#network.decays.get(spec.name) ?? 0,
      rateScale: 1,
      averageScale: 1,
    }));
    const start = (suffix: string) =>
      Object.fromEntries(
        TENSORS.map(([name, tensor]) => [name, read.floats(`${tensor}${suffix}`)]),
      );
    this.#write(start("0"), start("_ema0"));
  }

  /** Weights of the head and of its average before the next step. */
  weights(): Pick<CaseStep, "weights" | "averageWeights"> {
    return this.#now;
  }

  /** Checks what a step says of the head, moves it and checks where it is then. */
  async check(at: string, { terms, probed, gradients }: StepReading): Promise<void> {
    const read = this.#read,
      { network, optimizer } = { network: this.#network, optimizer: this.#optimizer };
    read.close(`${at}/L_g`, terms["balanced"] ?? NaN);
    read.close(`${at}/fused`, this.#cut(probed["fused"] ?? []));
    for (const name of ["logits_g", "p_if_ema_head"]) {
      read.close(`${at}/${name}`, probed[name] ?? []);
    }
    const present = new Set<number>();
    for (const [name, tensor] of TENSORS) {
      const gradient = this.#cutTo(name, gradients[name] ?? new Float32Array());
      read.close(`${at}/d_${tensor}`, gradient, GRADIENT);
      const i = parameterIndex(network, name);
      this.#device.write(network.gradients.views[i]!, gradient); // found
      present.add(i);
    }
    optimizer.update(network.student, network.gradients.flat, network.average, {
      rate: () => this.#rate,
      present,
      averageDecay: read.case.params.ema_alpha,
      averageBuffers: "copy",
    });
    const student: Record<string, Float32Array> = {}, average: Record<string, Float32Array> = {};
    for (const [name, tensor] of TENSORS) {
      student[name] = await this.#device.read(this.#home("student", name));
      average[name] = await this.#device.read(this.#home("average", name));
      read.close(`${at}/${tensor}`, student[name], MOVED);
      read.close(`${at}/${tensor}_ema`, average[name], MOVED);
    }
    this.#write(student, average);
  }

  #write(student: Record<string, Float32Array>, average: Record<string, Float32Array>): void {
    for (const [name] of TENSORS) {
      this.#device.write(this.#home("student", name), student[name]!); // both parts are given
      this.#device.write(this.#home("average", name), average[name]!);
    }
    this.#now = { weights: this.#padded(student), averageWeights: this.#padded(average) };
  }

  #home(net: "student" | "average", name: string): Tensor {
    return this.#network[net].parameters[parameterIndex(this.#network, name)]!; // found
  }

  #padded(parts: Record<string, Float32Array>): Record<string, Float32Array> {
    const { own, all } = this.#columns;
    return Object.fromEntries(
      Object.entries(parts).map((
        [name, values],
      ) => [name, name.endsWith("weight") ? resize(values, own, all) : values]),
    );
  }

  #cutTo(name: string, values: Float32Array): Float32Array {
    return name.endsWith("weight") ? this.#cut(values) : values;
  }

  #cut(values: ArrayLike<number>): Float32Array {
    return resize(Float32Array.from(values), this.#columns.all, this.#columns.own);
  }
}

/** Rows of another width: cut, or with zeros behind. */
export function resize(values: Float32Array, from: number, to: number): Float32Array {
  const rows = values.length / from, out = new Float32Array(rows * to);
  for (let row = 0; row < rows; row++) {
    out.set(values.subarray(row * from, row * from + Math.min(from, to)), row * to);
  }
  return out;
}

function bodyOf(features: number): Model {
  return {
    name: "features",
    build: () => ({ features, forward: (x) => x, heads: { main: (x) => x } }),
  };
}
