import type { Device } from "../autograd/device.ts";
import type { Tensor } from "../autograd/tensor.ts";
import { MAX_SEED } from "../random.ts";
import type { Model } from "../nn/model.ts";
import type { Optimizer } from "../nn/optimizer.ts";
import { copyWeights } from "../nn/parameters.ts";
import { type ImportOptions, importStateDict } from "../nn/state_dict.ts";
import type { Stored } from "../safetensors.ts";
import type { DataInfo } from "./plugin/needs.ts";
import type { Host, Predictions, PredictOptions, PredictSet } from "./plugin/host_slots.ts";
import { predictSet } from "./predict.ts";
import type { Plugin } from "./plugin/algorithm.ts";
import type { Progress } from "./plugin/step_slots.ts";
import { drainRow, type LogRow } from "./log_row.ts";
import { type HostFiles, MemoryFiles } from "./plugin/host_files.ts";
import { checkRun } from "./check_run.ts";
import type { MergedNeeds } from "./plugin/merge_needs.ts";
import type { Stack } from "./plugin/compose.ts";
import { inHostSlot } from "./plugin/slot_failed.ts";
import {
  type Evaluation,
  type EvaluationLogits,
  evaluationLogits,
  type EvaluationOptions,
  scoreEvaluation,
} from "./evaluate.ts";
import type { DrawSizes, Loader } from "./loader.ts";
import { buildNetwork, type Network } from "./step/network.ts";
import { countsWith, Phases, type RunPlace } from "./phases.ts";
import { PluginState } from "./step/plugin_state.ts";
import { Hosts } from "./hosts.ts";
import { runStep, type StepContext } from "./step/step.ts";
import {
  drawSizes,
  evaluationBatch,
  requireDrawable,
  stepImages,
  withinLimits,
} from "./step/step_images.ts";
import { tuneStep } from "./step/tune_step.ts";
import { countStep, LabelKinds } from "./step/label_kinds.ts";
import { StepRandom } from "./step/step_random.ts";
import { StepLog } from "./step/step_log.ts";
import type { TrainingConfig } from "./training_config.ts";
import { clipped, runOptimizer, stepUpdate } from "./step/weight_update.ts";

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
  /** Where methods keep files; in memory by default. */
  readonly files?: HostFiles;
}

/** How far {@linkcode Trainer.run} goes, and who is told. */
export interface TrainerRunOptions {
  /** Steps done at its end, counted from the run's start; the horizon by default. */
  readonly until?: number;
  /** Ends it after the step it is in. */
  readonly signal?: AbortSignal;
  /** Called after each step with the steps done, and awaited. */
  onStep?(done: number): void | Promise<void>;
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
  /** The same of pseudo-labels that methods report beside these. */
  readonly kinds: LabelKinds;
  /** Settings. */
  readonly config: TrainingConfig;
  /** The phase that the run is in; runs of methods without phases have one. */
  readonly phases: Phases = new Phases();
  /** Where methods keep files. */
  readonly files: HostFiles;
  #done = 0;
  /** Whether the methods are set up and the next images at hand. */
  #ready = false;
  readonly #context: StepContext;
  readonly #hosts: Hosts;
  readonly #sizes: DrawSizes;

  /**
   * A network with fresh weights, before its first step.
   *
   * @throws {TypeError} If the methods do not fit together or to the data.
   */
  constructor({ device, model, stack, loader, config, files: given }: TrainerOptions) {
    this.device = device;
    this.stack = stack;
    this.loader = loader;
    this.config = config;
    this.files = given ?? new MemoryFiles();
    const { size } = loader, input = { classes: loader.data.classes, size };
    const { data, needs } = checkRun({ model, stack, data: loader.data, size, batch: config });
    this.data = data;
    this.needs = needs;
    this.#sizes = drawSizes(needs, config);
    requireDrawable(device, this.#sizes);
    this.network = buildNetwork(device, model, input, this.needs, config);
    for (const [name, stream] of Object.entries(this.needs.streams)) loader.open(name, stream);
    this.optimizer = runOptimizer(device, this.network, config);
    this.state = new PluginState(device, stack.plugins, data);
    this.log = new StepLog(device);
    this.pairs = device.keep(() => device.zeros([2, data.classes, data.classes], "u32"));
    this.kinds = new LabelKinds(device, data.classes);
    const total = data.counts.reduce((a, b) => a + b, 0);
    this.#context = {
      device,
      network: this.network,
      stack,
      needs: this.needs,
      state: this.state,
      prior: device.keep(() => device.tensor(data.counts.map((n) => n / total), [data.classes])),
      data,
      // Not the step of the phase: each draws other numbers.
      random: (plugin, name) =>
        new StepRandom(device, { seed: config.seed, step: this.#done, name: `${plugin}/${name}` }),
      log: (name, value) => this.log.add(`value ${name}`, value),
    };
    this.#hosts = new Hosts({ context: this.#context, loader, config, files: this.files });
  }

  /** Steps done. */
  get done(): number {
    return this.#done;
  }

  /** Where the run is. */
  get progress(): Progress {
    const { config: { steps, epochSteps }, phases } = this;
    const step = this.done - phases.start;
    const epoch = Math.floor(step / epochSteps);
    const phase = Math.max(0, phases.index);
    return { step, steps: phases.length(steps), epoch, epochSteps, phase };
  }

  /**
   * Gives network and average the values of a PyTorch state dict to start from; to be called before
   * the first step.
   *
   * @throws {TypeError} If a tensor is missing, unknown or of another shape, by name.
   */
  startFrom(dict: Stored["tensors"], options: ImportOptions = {}): void {
    const { set, student, average } = this.network;
    importStateDict(set, student, dict, options);
    copyWeights(student, average);
  }

  /**
   * Trains on from where the run is: `setup` slots first where they are due, then step by step,
   * with the slots between steps, whole phases and the images of the next step awaited. Signals
   * and a browser's clicks get their turn now and then, since a step never gives up the thread.
   *
   * @example Ten steps, told of each
   * ```ts ignore
   * await trainer.run({ until: trainer.done + 10, onStep: (done) => console.log(done) });
   * ```
   */
  async run(
    { until = this.config.steps, signal, onStep }: TrainerRunOptions = {},
  ): Promise<void> {
    if (!this.#ready) await this.setup();
    let yielded = performance.now();
    while (this.#done < until && !signal?.aborted) {
      await this.#beginPhase();
      this.step();
      await this.#between();
      await onStep?.(this.#done);
      if (performance.now() - yielded < 50) continue; // milliseconds
      await new Promise((resolve) => setTimeout(resolve, 0));
      yielded = performance.now();
    }
  }

  /** What a checkpoint holds of the run beside its tensors. */
  get place(): RunPlace {
    const phased = this.stack.plugins.some(({ spec }) => spec.phase);
    return {
      done: this.#done,
      cursors: this.loader.cursors(),
      phase: phased ? this.phases.save() : null,
      log: this.log.save(),
    };
  }

  /** Goes on from a place whose tensors have been written already. */
  goOnFrom({ done, cursors, phase, log }: RunPlace): void {
    if (phase) {
      this.phases.restore(phase);
      this.#adoptLabels();
    }
    this.loader.seek(cursors);
    this.#done = done;
    this.log.restore(log);
    this.#ready = false;
  }

  /** Begins the next phase where one is due. */
  async #beginPhase(): Promise<void> {
    const plugin = this.stack.plugins.find(({ spec }) => spec.phase);
    if (!plugin || !this.phases.isDue(this.done) || this.done >= this.config.steps) return;
    const phase = await inHostSlot(
      plugin.name,
      "phase",
      () => plugin.spec.phase!(this.#host(plugin), this.phases.index + 1), // just found
    );
    this.#settle();
    this.phases.enter(phase, this.done);
    if (!phase) return;
    if (phase.model === "reset") this.#startAnew();
    this.#adoptLabels();
    await this.#prepare();
  }

  /** Lets labeled set and labeled class frequencies follow the phase. */
  #adoptLabels(): void {
    const { loader, phases: { index, labels }, data } = this;
    if (index < 1) return;
    if (!loader.adopt) {
      throw new TypeError("The loader takes in no unlabeled images, as this method's phases need");
    }
    loader.adopt(labels, index);
    const counts = countsWith(data.counts, labels);
    const total = counts.reduce((a, b) => a + b, 0);
    this.device.write(this.#context.prior, counts.map((n) => n / total));
  }

  /** Runs `setup` slots, times tiles, waits for images; {@linkcode Trainer.run} does it itself. */
  async setup(): Promise<void> {
    for (const plugin of this.stack.plugins) {
      await inHostSlot(plugin.name, "setup", () => plugin.spec.setup?.(this.#host(plugin)));
    }
    this.#settle();
    await tuneStep(this);
    await this.#prepare();
    this.#ready = true;
  }

  /**
   * Records and submits one step; waits for nothing.
   *
   * @throws {Error} If a slot reads back from the GPU.
   * @throws {BadInput} If the batch is too large for the adapter.
   */
  step(): void {
    const { device } = this, { readBacks } = device.counts;
    device.place = `step ${this.done}`;
    withinLimits(this.#sizes, () => device.scope(() => this.#record()));
    device.submit();
    if (device.counts.readBacks !== readBacks) {
      throw new Error(
        `Step ${this.done} reads back from the GPU, which would wait for it: read in setup, every, epoch or phase`,
      );
    }
    this.#done++;
  }

  #record(): void {
    const { device, network, loader, needs, config, progress, done: step } = this;
    const sizes = this.#sizes, { seed } = config;
    const drawn = loader.next(sizes.labeled, sizes.unlabeled);
    const input = stepImages(drawn, { device, loader, needs, sizes, seed, step });
    const { flat } = network.gradients, { clipGradient = null } = config;
    if (clipGradient !== null) device.clear(flat); // a parameter may get none in this step
    const result = runStep(this.#context, input, progress);
    const rate = this.#rate(step);
    const gradients = clipGradient === null ? flat : clipped(flat, clipGradient);
    this.optimizer.update(network.student, gradients, network.average, {
      rate: () => rate,
      present: result.present,
      ...stepUpdate(config, this.stack, progress),
    });
    result.finish();
    this.state.commit();
    countStep(this, drawn.unlabeled.hidden, result);
  }

  /** Runs the slots that are due between this step and the next, and waits for its images. */
  async #between(): Promise<void> {
    const { step } = this.progress;
    for (const plugin of this.stack.plugins) {
      const { every, epoch } = plugin.spec, { name, config } = plugin;
      if (every && step % every.steps(config) === 0) {
        await inHostSlot(name, "every", () => every.run(this.#host(plugin)));
      }
      if (epoch && step % this.config.epochSteps === 0) {
        await inHostSlot(name, "epoch", () => epoch(this.#host(plugin)));
      }
    }
    this.#settle();
    await this.#prepare();
  }

  /**
   * Means of the log period, which starts anew.
   *
   * @throws {Diverged} If a loss is not finite.
   */
  async drain(): Promise<LogRow> {
    return await drainRow(this, {
      step: this.done,
      epoch: Math.floor(this.done / this.config.epochSteps),
      learningRate: this.#rate(Math.max(0, this.done - 1)),
    });
  }

  /** What a network makes of a set of training images: raw logits of views as they are. */
  async predict(on: PredictSet, options: PredictOptions = {}): Promise<Predictions> {
    const batch = evaluationBatch(this.needs, this.config);
    return await predictSet(this.#context, this.loader, on, { ...options, batch });
  }

  /**
   * What the network says of the test images, or of those set aside for validation.
   *
   * @throws {Diverged} If a logit is not finite.
   */
  logits(
    { network, head, on = "test", norm = "running" }: EvaluationOptions = {},
  ): Promise<EvaluationLogits> {
    const { evalHead, evalHeadFrom, evalNetwork } = this.needs;
    const due = this.done >= Math.round(evalHeadFrom * this.config.steps) ? evalHead : "main";
    return evaluationLogits(this.#context, this.loader, {
      network: network ?? evalNetwork,
      head: head ?? due,
      on,
      norm,
      batch: evaluationBatch(this.needs, this.config),
    });
  }

  /**
   * Evaluates on the test images, or on those set aside for validation.
   *
   * @throws {Diverged} If a logit is not finite.
   */
  async evaluate(options: EvaluationOptions = {}): Promise<Evaluation> {
    return scoreEvaluation(await this.logits(options), this.data.counts);
  }

  /** Learning rate of a step; a phase runs through the whole schedule. */
  #rate(step: number): number {
    const { config: { learningRate, steps }, phases } = this;
    return learningRate((step - phases.start) * (steps / phases.length(steps)));
  }

  /** Gives network, average and optimizer a new start, another one in each phase. */
  #startAnew(): void {
    const { network: { set, student, average }, config: { seed }, phases } = this;
    // After the largest seed comes 0.
    const left = MAX_SEED - seed, { index } = phases;
    set.initialize(student, index <= left ? seed + index : index - left - 1);
    copyWeights(student, average);
    this.optimizer.reset();
  }

  /** Waits for the images of the next step, where the loader has to fetch them. */
  async #prepare(): Promise<void> {
    if (this.done < this.config.steps) await this.loader.prepare?.(this.#sizes);
  }

  #host(plugin: Plugin): Host {
    return this.#hosts.of(plugin, { progress: this.progress, done: this.#done });
  }

  #settle(): void {
    this.state.commit();
    this.#hosts.release();
  }
}
