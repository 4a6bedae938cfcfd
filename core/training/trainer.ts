import { pairCountKernel } from "../../kernels/counts.ts";
import { scalarGroups } from "../../kernels/pointwise.ts";
import type { Device } from "../autograd/device.ts";
import { argmax } from "../autograd/ops/extreme.ts";
import { mean } from "../autograd/ops/reduce.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { isDecayed } from "../nn/decay_rule.ts";
import type { Model } from "../nn/model.ts";
import { Optimizer } from "../nn/optimizer.ts";
import { Random } from "../random.ts";
import { warmupEmaDecay } from "../nn/schedules/ema_decay.ts";
import type { DataInfo, Host, Plugin, Progress } from "./algorithm.ts";
import type { LogRow } from "./log_row.ts";
import { type MergedNeeds, mergeNeeds, type Stack } from "./compose.ts";
import { evaluateNetwork, type Evaluation } from "./evaluate.ts";
import type { DrawnBatch, Loader } from "./loader.ts";
import { type PseudoLabelSummary, summarizePseudoLabels } from "./metrics/pseudo_labels.ts";
import { buildNetwork, featuresOf, type Network } from "./network.ts";
import { PluginState } from "./plugin_state.ts";
import { predictSet } from "./predict.ts";
import { setHead } from "./set_head.ts";
import { runStep, type StepContext, type StepResult } from "./step.ts";
import { drawSizes, stepImages } from "./step_images.ts";
import { StepRandom } from "./step_random.ts";
import { StepLog } from "./step_log.ts";
import type { TrainingConfig } from "./training_config.ts";

export type { LogRow };

/** What a {@linkcode Trainer} is made of. */
export interface TrainerOptions {
  /** Where it trains. */
  readonly device: Device;
  /** The network. */
  readonly model: Model;
  /** The methods. */
  readonly stack: Stack;
  /** Where images come from. */
  readonly loader: Loader;
  /** Everything else. */
  readonly config: TrainingConfig;
}

/** Runs the steps of a method on a network; knows no method's name. */
export class Trainer {
  /** Where it trains. */
  readonly device: Device;
  /** The network that is trained, and its average. */
  readonly network: Network;
  /** Moments of the parameters. */
  readonly optimizer: Optimizer;
  /** What the methods keep from step to step. */
  readonly state: PluginState;
  /** Sums of the log period. */
  readonly log: StepLog;
  /** Where images come from. */
  readonly loader: Loader;
  /** The methods. */
  readonly stack: Stack;
  /** What the methods asked for. */
  readonly needs: MergedNeeds;
  /** What is known of the data. */
  readonly data: DataInfo;
  /** Counts of (true, pseudo) pairs in the log period: all, then those with a mask. */
  readonly pairs: Tensor<"u32">;
  /** Settings; a new horizon takes effect with the next step. */
  config: TrainingConfig;
  /** Steps done. */
  done = 0;
  readonly #context: StepContext;
  /** Tensors that host slots have written, freed when the slots are through. */
  readonly #written: Tensor[] = [];

  /**
   * A network with fresh weights, before its first step.
   *
   * @throws {TypeError} If the methods do not fit together or to the data.
   */
  constructor({ device, model, stack, loader, config }: TrainerOptions) {
    this.device = device;
    this.stack = stack;
    this.loader = loader;
    this.config = config;
    const input = { classes: loader.data.classes, size: loader.size };
    const data = this.data = { ...loader.data, features: featuresOf(model, input) };
    const needs = this.needs = mergeNeeds(stack, data);
    if (drawSizes(needs, config).unlabeled > 0 && data.unlabeled === 0) {
      throw new TypeError(
        `'${stack.name}' needs unlabeled images, but the split of ${data.dataset} has none: give some, or take fewer as labeled`,
      );
    }
    this.network = buildNetwork(device, model, input, this.needs.heads, config.seed);
    for (const [name, stream] of Object.entries(this.needs.streams)) loader.open(name, stream);
    this.optimizer = new Optimizer(device, this.network.set, config.optimizer, (spec) => ({
      weightDecay: this.network.decays.get(spec.name) ??
        (isDecayed(config.decayRule, spec) ? config.weightDecay : 0),
      rateScale: 1,
      averageScale: 1,
    }));
    this.state = new PluginState(device, stack.plugins, data);
    this.log = new StepLog(device);
    this.pairs = device.keep(() => device.zeros([2, data.classes, data.classes], "u32"));
    const total = data.counts.reduce((a, b) => a + b, 0);
    this.#context = {
      device,
      network: this.network,
      stack,
      needs: this.needs,
      state: this.state,
      prior: device.keep(() => device.tensor(data.counts.map((n) => n / total), [data.classes])),
      data,
      random: (plugin, name, step) =>
        new StepRandom(device, { seed: config.seed, step, name: `${plugin}/${name}` }),
      log: (name, value) => this.log.add(`value ${name}`, value),
    };
  }

  /** Where the run is. */
  get progress(): Progress {
    const { steps, epochSteps } = this.config;
    return { step: this.done, steps, epoch: Math.floor(this.done / epochSteps), epochSteps };
  }

  /**
   * Runs the `setup` slots and waits for the first images; before the first step, and again after a
   * restore.
   */
  async setup(): Promise<void> {
    for (const plugin of this.stack.plugins) await plugin.spec.setup?.(this.#host(plugin));
    this.#settle();
    await this.#prepare();
  }

  /** Records and submits one step; waits for nothing. */
  step(): void {
    const { device, network, loader, needs, config, progress } = this;
    device.place = `step ${this.done}`;
    device.scope(() => {
      const sizes = drawSizes(needs, config);
      const drawn = loader.next(sizes.labeled, sizes.unlabeled);
      const { seed } = config;
      const input = stepImages(drawn, { device, loader, needs, sizes, seed, step: this.done });
      const result = runStep(this.#context, input, progress);
      const { decay, warmup, buffers } = config.average;
      const rate = config.learningRate(this.done);
      this.optimizer.update(network.student, network.gradients.flat, network.average, {
        rate: () => rate,
        present: result.present,
        averageDecay: warmup ? warmupEmaDecay({ decay })(this.done) : decay,
        averageBuffers: buffers,
      });
      result.finish();
      this.state.commit();
      this.#count(drawn, result);
    });
    device.submit();
    this.done++;
  }

  /** Runs the slots that are due between this step and the next, and waits for its images. */
  async between(): Promise<void> {
    for (const plugin of this.stack.plugins) {
      const { every, epoch } = plugin.spec;
      if (every && this.done % every.steps(plugin.config) === 0) {
        await every.run(this.#host(plugin));
      }
      if (epoch && this.done % this.config.epochSteps === 0) await epoch(this.#host(plugin));
    }
    this.#settle();
    await this.#prepare();
  }

  /**
   * Means of the log period, which starts anew.
   *
   * @throws {Error} If a loss is not finite.
   */
  async drain(): Promise<LogRow> {
    const [sums, pairs] = await this.device.readAll([this.log.sums, this.pairs]);
    const means = this.log.means(sums);
    this.log.clear();
    this.device.clear(this.pairs);
    const of = (prefix: string) =>
      Object.fromEntries(
        [...means].filter(([k]) => k.startsWith(prefix)).map((
          [k, v],
        ) => [k.slice(prefix.length), v]),
      );
    const row: LogRow = {
      step: this.done,
      epoch: this.progress.epoch,
      learningRate: this.config.learningRate(Math.max(0, this.done - 1)),
      loss: of("loss "),
      mask: means.get("mask") ?? null,
      values: of("value "),
      pseudoLabels: means.has("mask") ? summarizePairs(pairs, this.loader.data.classes) : null,
    };
    for (const [name, value] of Object.entries(row.loss)) {
      if (!Number.isFinite(value)) {
        throw new Error(
          `The loss '${name}' is ${value} by step ${this.done}: lower the learning rate, or resume from the last checkpoint with other settings`,
        );
      }
    }
    return row;
  }

  /** Evaluates on the test images. */
  evaluate(
    options: { readonly network?: "ema" | "raw"; readonly head?: string } = {},
  ): Promise<Evaluation> {
    const { network = this.needs.evalNetwork, head = this.needs.evalHead } = options;
    return evaluateNetwork(this.#context, this.loader, { network, head });
  }

  /** Waits for the images of the next step, where the loader has to fetch them. */
  async #prepare(): Promise<void> {
    const { loader, needs, config } = this;
    if (this.done < config.steps) await loader.prepare?.(drawSizes(needs, config));
  }

  #count({ unlabeled }: DrawnBatch, { terms, targets, mask }: StepResult): void {
    const { device } = this;
    for (const [name, term] of terms) this.log.add(`loss ${name}`, term);
    if (!targets || !mask) return;
    this.log.add("mask", mean(mask));
    const { hidden } = unlabeled;
    device.dispatch(
      pairCountKernel(),
      [device.tensor(hidden, [hidden.length], "i32"), argmax(targets.probs, 1), mask, this.pairs],
      [hidden.length, this.loader.data.classes],
      scalarGroups(hidden.length),
    );
  }

  #host(plugin: Plugin): Host {
    const { device } = this;
    return {
      config: plugin.config,
      state: this.state.of(plugin.name),
      data: this.data,
      progress: this.progress,
      predict: (on, options) => {
        const key = { seed: this.config.seed, step: this.done };
        return predictSet(this.#context, this.loader, on, { ...options, ...key });
      },
      random: (name) =>
        new Random({
          seed: this.config.seed,
          step: this.done,
          name: `host/${plugin.name}/${name}`,
        }),
      read: (t) => device.read(t),
      scope: (body) => device.scope(body),
      setHead: (name, weights) => setHead(this.network, this.needs, name, weights),
      write: (data, shape) => {
        const tensor = device.tensor(Float32Array.from(data), shape);
        this.#written.push(tensor);
        return tensor;
      },
    };
  }

  #settle(): void {
    this.state.commit();
    for (const tensor of this.#written.splice(0)) tensor.dispose();
  }
}

function summarizePairs(pairs: Uint32Array, classes: number): PseudoLabelSummary | null {
  const cells = classes * classes;
  const all = pairs.subarray(0, cells), masked = pairs.subarray(cells);
  return all.some((n) => n > 0) ? summarizePseudoLabels({ all, masked, classes }) : null;
}
