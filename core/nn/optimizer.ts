import {
  averageKernel,
  CLASS_FLOATS,
  optimizerGrid,
  optimizerKernel,
  type OptimizerKind,
} from "../../kernels/optimizer.ts";
import type { Device } from "../autograd/device.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { ALIGNMENT, type ParameterSet, type ParameterSpec, type Weights } from "./parameters.ts";

/** Stochastic gradient descent as in PyTorch: `b = momentum · b + (1 − dampening) · d`. */
export interface SgdOptions {
  /** Tells it from Adam. */
  readonly kind: "sgd";
  /** Share of the buffer that stays, from 0. */
  readonly momentum: number;
  /** Whether the step looks ahead, as Nesterov's does. */
  readonly nesterov: boolean;
  /** What is taken off the gradient as it enters the buffer, 0 by default. */
  readonly dampening?: number;
}

/** Adam (Kingma and Ba, 2015), or AdamW with decoupled weight decay (Loshchilov and Hutter, 2019). */
export interface AdamOptions {
  /** `adamw` decays weights apart from the gradient. */
  readonly kind: "adam" | "adamw";
  /** Share of the first moment that stays. */
  readonly beta1: number;
  /** Share of the second moment that stays. */
  readonly beta2: number;
  /** Added to the root of the second moment. */
  readonly eps: number;
  /** Add eps before the bias correction of the second moment, as PyTorch did up to 1.2. */
  readonly epsBeforeCorrection?: boolean;
}

/** An optimizer and its settings, apart from learning rates and decays. */
export type OptimizerOptions = SgdOptions | AdamOptions;

/** What a parameter's update depends on beside the optimizer. */
export interface ParameterRule {
  /** Weight decay, 0 for none. */
  readonly weightDecay: number;
  /** Factor on the learning rate of its group. */
  readonly rateScale: number;
  /** Factor on the moving average after each update (DASO's EMA_WEIGHT_DECAY); 1 is none. */
  readonly averageScale: number;
  /** Whether `shrink` acts on it, as it does by default. */
  readonly shrinks?: boolean;
}

/** Settings of one update. */
export interface UpdateOptions {
  /** Learning rate of a group. */
  rate(group: string): number;
  /** Parameters that got a gradient, by index; the others are left alone, as in PyTorch. */
  readonly present: ReadonlySet<number>;
  /** Share of the old moving average that stays. */
  readonly averageDecay: number;
  /** What the average's buffers do: follow the network's own, or be averaged too. */
  readonly averageBuffers: "copy" | "average";
  /** Factor on all parameters and buffers of the network afterwards (CoSSL); 1 is none. */
  readonly shrink?: number;
  /** Whether weights decay, as they do by default. */
  readonly weightDecay?: boolean;
}

/**
 * Updates a network's parameters and their moving average in one dispatch, buffers in another.
 *
 * Per parameter: `d = g + wd · p`, then SGD or Adam as PyTorch defines them; then
 * `average = decay · average + (1 − decay) · p`.
 */
export class Optimizer {
  /** What it was made with. */
  readonly options: OptimizerOptions;
  /** Momentum buffer, or Adam's first moment. */
  readonly first: Tensor;
  /** Adam's second moment, or null. */
  readonly second: Tensor | null;
  /** Updates that each parameter has had, by index. */
  readonly counts: Int32Array;
  readonly #device: Device;
  readonly #set: ParameterSet;
  readonly #rules: readonly ParameterRule[];
  #blocks: { key: string; tensor: Tensor<"u32"> } | null = null;

  /**
   * Moments of a network's parameters, all zero.
   *
   * @param rule The decay and rate factor of each parameter.
   */
  constructor(
    device: Device,
    set: ParameterSet,
    options: OptimizerOptions,
    rule: (spec: ParameterSpec) => ParameterRule,
  ) {
    this.#device = device;
    this.#set = set;
    this.options = options;
    this.#rules = set.parameters.specs.map(rule);
    const size = set.parameters.size;
    this.first = device.keep(() => device.zeros([size]));
    this.second = options.kind === "sgd" ? null : device.keep(() => device.zeros([size]));
    this.counts = new Int32Array(set.parameters.specs.length);
  }

  /** Records one update of `weights` by `gradients` (flat, like the parameters). */
  update(weights: Weights, gradients: Tensor, average: Weights, update: UpdateOptions): void {
    const device = this.#device;
    device.scope(() => {
      const { classes, classOf } = this.#classify(update);
      const o = this.options, n = weights.flatParameters.size / 4;
      const kind: OptimizerKind = o.kind;
      device.dispatch(
        optimizerKernel(kind),
        {
          p: weights.flatParameters,
          g: gradients,
          m: this.first,
          v: this.second ?? undefined,
          average: average.flatParameters,
          classOf: this.#blockTable(classOf),
          classes: device.tensor(classes, [classes.length]),
        },
        o.kind === "sgd"
          ? {
            n,
            first: o.momentum,
            second: 0,
            eps: 0,
            kind: o.momentum === 0 ? 0 : o.nesterov ? 2 : 1,
          }
          : { n, first: o.beta1, second: o.beta2, eps: o.eps, kind: 0 },
        optimizerGrid(weights.flatParameters.size),
      );
      const { averageDecay, averageBuffers, shrink = 1 } = update;
      const keep = averageBuffers === "average" ? averageDecay : 0;
      device.dispatch(
        averageKernel(),
        { average: average.flatBuffers, x: weights.flatBuffers },
        { n: weights.flatBuffers.size / 4, keep, take: 1 - keep, shrink },
        optimizerGrid(weights.flatBuffers.size),
      );
    });
  }

  /** Forgets all moments and counts, for a network that starts anew. */
  reset(): void {
    this.#device.clear(this.first);
    if (this.second) this.#device.clear(this.second);
    this.counts.fill(0);
  }

  /** Groups parameters that are updated by the same numbers. Advances the counts. */
  #classify(update: UpdateOptions): { classes: Float32Array; classOf: number[] } {
    const index = new Map<string, number>();
    const rows: number[] = [];
    const classOf = this.#set.parameters.specs.map(({ group }, i) => {
      const present = update.present.has(i);
      if (present) this.counts[i]!++; // one count a spec
      const row = this.#row(this.#rules[i]!, update.rate(group), this.counts[i]!, present, update);
      const key = row.join();
      let k = index.get(key);
      if (k === undefined) {
        index.set(key, k = index.size);
        rows.push(...row);
      }
      return k;
    });
    return { classes: Float32Array.from(rows), classOf };
  }

  #row(
    { rateScale, averageScale, shrinks = true, ...rule }: ParameterRule,
    groupRate: number,
    count: number,
    present: boolean,
    { averageDecay, shrink = 1, weightDecay: decays = true }: UpdateOptions,
  ): number[] {
    const o = this.options, rate = groupRate * rateScale;
    const weightDecay = decays ? rule.weightDecay : 0;
    const row = new Array<number>(CLASS_FLOATS).fill(0);
    if (o.kind === "sgd") {
      const fresh = count === 1 ? 1 : 1 - (o.dampening ?? 0);
      row.splice(0, 3, rate, weightDecay, fresh);
    } else {
      const one = 1 - o.beta1 ** count, two = 1 - o.beta2 ** count;
      const [size, root] = o.epsBeforeCorrection
        ? [rate * Math.sqrt(two) / one, 1]
        : [rate / one, 1 / Math.sqrt(two)];
      row.splice(0, 4, size, weightDecay, 1 - rate * weightDecay, root);
    }
    row.splice(4, 4, averageDecay, 1 - averageDecay, averageScale, shrinks ? shrink : 1);
    row[8] = present ? 1 : 0;
    return row;
  }

  #blockTable(classOf: readonly number[]): Tensor<"u32"> {
    const key = classOf.join();
    if (this.#blocks?.key === key) return this.#blocks.tensor;
    const { offsets, size } = this.#set.parameters;
    const table = new Uint32Array(size / ALIGNMENT);
    offsets.forEach((offset, i) => {
      const end = offsets[i + 1] ?? size;
      table.fill(classOf[i]!, offset / ALIGNMENT, end / ALIGNMENT); // one class an array
    });
    this.#blocks?.tensor.dispose();
    const tensor = this.#device.keep(() => this.#device.tensor(table, [table.length], "u32"));
    this.#blocks = { key, tensor };
    return tensor;
  }
}

/**
 * Which parameters weight decay acts on.
 *
 * - `all`: every one (DASO, SEVAL, BalPoE, CoSSL).
 * - `name`: not those whose name contains `bias` or `bn` (SimPro, ACR). The scale of a batch norm
 *   in a projection, called `shortcut.1.weight`, is therefore decayed.
 * - `dimensions`: not those of at most one dimension, nor `….bias` (USB, ADELLO).
 */
export type DecayRule = (typeof DECAY_RULES)[number];

/** Every {@linkcode DecayRule}. */
export const DECAY_RULES = ["all", "name", "dimensions"] as const;

/** Whether a rule decays a parameter. */
export function isDecayed(rule: DecayRule, { name, shape }: ParameterSpec): boolean {
  switch (rule) {
    case "all":
      return true;
    case "name":
      return !name.includes("bias") && !name.includes("bn");
    case "dimensions":
      return shape.length > 1 && !name.endsWith(".bias");
  }
}
