import type { Dataset } from "../datasets/images/dataset.ts";
import { labelPool } from "../datasets/split/label_pool.ts";
import { type GivenSplit, makeSplit } from "../datasets/split/protocols/make_split.ts";
import { rankedClassNames, type Split } from "../datasets/split/split.ts";
import { datasetViews } from "../datasets/views/published/published_views.ts";
import type { Views } from "../datasets/views/view_spec.ts";
import type { Device } from "../core/autograd/device.ts";
import { requestDevice } from "../core/autograd/request_device.ts";
import { BadInput } from "../core/bad_input.ts";
import type { Model } from "../core/nn/model.ts";
import type { Stored } from "../core/safetensors.ts";
import { saveTrainer } from "../core/training/checkpoint.ts";
import type { Evaluation, EvaluationOptions } from "../core/training/evaluate.ts";
import type { Plugin } from "../core/training/plugin/algorithm.ts";
import { compose, type Stack } from "../core/training/plugin/compose.ts";
import type { HostFiles } from "../core/training/plugin/host_files.ts";
import type { LogRow, Trainer } from "../core/training/trainer.ts";
import { type Layer, objectLayer } from "./config/layers.ts";
import { resolveSettings } from "./config/resolve.ts";
import type { RunConfig } from "./config/run_config.ts";
import { checkpointModel, type CheckpointModelOptions } from "./network/checkpoint_model.ts";
import { preparationOf } from "./network/preparation.ts";
import type { TrainedModel } from "./network/trained_model.ts";
import { openTrainer } from "./open_trainer.ts";

/** What is trained, how, and who is told. */
export interface CreateTrainerOptions {
  /** The images. */
  readonly dataset: Dataset;
  /** The network. */
  readonly model: Model;
  /** A base, or a base with add-ons from `compose`. */
  readonly algorithm: Plugin | Stack;
  /** How the images are dealt out; a split made before will do too. */
  readonly split?: GivenSplit | Split;
  /** What differs from the method's recipe, e.g. `{ steps: 500, batch: { labeled: 8 } }`. */
  readonly settings?: Settings<Omit<RunConfig, Otherwise>>;
  /** How the images are seen; by default as the augmentation has it that the settings name. */
  readonly views?: Views;
  /** Values to start from, by PyTorch's names; random ones by default. */
  readonly weights?: Stored["tensors"];
  /** Where to train; by default the machine's adapter, closed at the end. */
  readonly device?: Device;
  /** Where methods keep files; one object for two runs lets the second read those of the first. */
  readonly files?: HostFiles;
  /** Told after each step how many are done; what it returns is awaited, here and below. */
  onStep?(done: number): unknown;
  /** Told each log period's means. */
  onLog?(row: LogRow): unknown;
  /**
   * Told the scores on the test images: every `evaluateEvery` steps, after the last one, and where you
   * ask for them. Without it nothing is evaluated on the way.
   */
  onEvaluate?(evaluation: Evaluation, step: number): unknown;
}

/** Options of a run that {@linkcode CreateTrainerOptions} has otherwise. */
export type Otherwise =
  | "experiment"
  | "from"
  | "fromPart"
  | "algorithm"
  | "plugins"
  | "dataset"
  | "dataDir"
  | "imageSize"
  | "model"
  | "modelVariant"
  | "weights"
  | "split"
  | "adapter";

/** Some of the options of a run, at any depth. */
export type Settings<T> = {
  readonly [K in keyof T]?: T[K] extends object ? Settings<T[K]> : T[K];
};

/** How far {@linkcode ClassifierTrainer.run} goes. */
export interface RunUntil {
  /** Steps done at its end, counted from the first; by default the option `steps`. */
  readonly until?: number;
  /** Ends it after the step it is in. */
  readonly signal?: AbortSignal;
}

/** What a {@linkcode ClassifierTrainer} is made of. */
interface Parts {
  readonly trainer: Trainer;
  readonly config: RunConfig;
  readonly split: Split;
  readonly about: Omit<CheckpointModelOptions, "stored">;
  readonly options: CreateTrainerOptions;
}

/** A training run in hand: goes on as far as it is told, is evaluated, gives its network. */
export class ClassifierTrainer {
  /** What takes the steps: for `saveTrainer()`, logits and whatever else is not offered here. */
  readonly trainer: Trainer;
  /** Every option of the run, as the method's recipe and the settings have it. */
  readonly config: RunConfig;
  /** Which image is labeled, unlabeled, for testing. */
  readonly split: Split;
  readonly #about: Omit<CheckpointModelOptions, "stored">;
  readonly #options: CreateTrainerOptions;
  #log: LogRow | undefined;
  #scores: { readonly evaluation: Evaluation; readonly step: number } | undefined;

  private constructor({ trainer, config, split, about, options }: Parts) {
    this.trainer = trainer;
    this.config = config;
    this.split = split;
    this.#about = about;
    this.#options = options;
  }

  /**
   * What {@linkcode createTrainer} does.
   *
   * @param need `testImages`: whether the run is refused without them.
   */
  static async open(
    options: CreateTrainerOptions,
    need: { readonly testImages: boolean },
  ): Promise<ClassifierTrainer> {
    const { dataset, model, algorithm, weights, files } = options;
    const given = "plugins" in algorithm ? algorithm : compose(algorithm);
    const layers: Layer[] = [objectLayer(options.settings ?? {}, "settings")];
    const { config, stack } = resolveSettings(given, dataset.name, layers);
    const split = options.split && "labeled" in options.split
      ? options.split
      : makeSplit(labelPool(dataset), { seed: config.seed, ...options.split });
    if (need.testImages) requireImages(split, "test");
    const { views = datasetViews(config.augment, dataset) } = options;
    const device = options.device ?? await requestDevice();
    try {
      const trainer = await openTrainer({
        ...{ device, dataset, split, model, stack, config, views },
        ...weights ? { weights } : {},
        ...files ? { files } : {},
      });
      const about = {
        ...{ model, stack, split, steps: config.steps, device: options.device },
        classNames: rankedClassNames(dataset.classNames, split),
        preparation: preparationOf(dataset, views.identity),
      };
      return new ClassifierTrainer({ trainer, config, split, about, options });
    } catch (error) {
      if (!options.device) device.destroy();
      throw error;
    }
  }

  /** Steps done. */
  get done(): number {
    return this.trainer.done;
  }

  /**
   * Trains on from where the run is. Timers and a browser's clicks get their turn now and then, so
   * that they can end it by the signal; the run can be continued afterwards.
   *
   * @throws {BadInput} If `until` is not a whole number up to the option `steps`, from which all
   *   schedules are made.
   * @throws {Diverged} If a loss is not finite.
   */
  async run({ until = this.config.steps, signal }: RunUntil = {}): Promise<void> {
    const { steps, logEvery, evaluateEvery } = this.config;
    if (!Number.isInteger(until) || until < 0 || until > steps) {
      throw new BadInput(
        `Cannot train until step ${until}: give a whole number up to ${steps}, or more settings.steps`,
      );
    }
    const { onStep, onEvaluate } = this.#options;
    await this.trainer.run({
      until,
      ...signal ? { signal } : {},
      onStep: async (done) => {
        if (done % logEvery === 0 || done === steps) await this.readLog();
        if (onEvaluate && (done % evaluateEvery === 0 || done === steps)) await this.evaluate();
        await onStep?.(done);
      },
    });
  }

  /**
   * Scores of the network that the methods evaluate.
   *
   * @param options `on`: the test images, by default, or those set aside to choose by
   *   (`split: { valid: N }`, or the data set's own).
   * @throws {BadInput} If there are no such images.
   * @throws {Diverged} If a logit is not finite.
   */
  async evaluate({ on = "test" }: Pick<EvaluationOptions, "on"> = {}): Promise<Evaluation> {
    const { trainer, split, done } = this;
    if (on === "test" && this.#scores?.step === done) return this.#scores.evaluation;
    requireImages(split, on);
    const evaluation = await trainer.evaluate({ on });
    if (on === "valid") return evaluation;
    this.#scores = { evaluation, step: done };
    await this.#options.onEvaluate?.(evaluation, done);
    return evaluation;
  }

  /**
   * Means of the steps since the last log row, which every log period ends with; the last row where no
   * step has been taken since.
   *
   * @throws {Diverged} If a loss is not finite.
   */
  async readLog(): Promise<LogRow> {
    if (this.#log?.step === this.done) return this.#log;
    const row = await this.trainer.drain();
    this.#log = row;
    await this.#options.onLog?.(row);
    return row;
  }

  /** The network that is evaluated, as it is now: a copy, which further steps do not change. */
  async network(): Promise<TrainedModel> {
    return await checkpointModel({ ...this.#about, stored: await saveTrainer(this.trainer) });
  }

  /** Closes the device, unless it was given. */
  dispose(): void {
    if (!this.#options.device) this.trainer.device.destroy();
  }

  /** The same, at the end of a block with `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }
}

/**
 * Makes a training run before its first step: for loops of your own, where `train()` does too much at a
 * time. Everything is checked before images are read.
 *
 * @throws {BadInput} If settings, split, data, model and weights do not fit together.
 *
 * @example In pieces, with a look in between
 * ```ts
 * import { createTrainer, fixmatch, smallCnn, syntheticDataset } from "@longtail/longtail";
 * import assert from "node:assert/strict";
 *
 * using trainer = await createTrainer({
 *   dataset: await syntheticDataset({ size: 16, train: 400, test: 100 }),
 *   model: smallCnn,
 *   algorithm: fixmatch(),
 *   split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4, valid: 20 },
 *   settings: { steps: 10, batch: { labeled: 4, ratio: 2 } },
 * });
 * await trainer.run({ until: 5 });
 * const { balancedAccuracy } = await trainer.evaluate({ on: "valid" });
 * console.log(`after ${trainer.done} steps: ${balancedAccuracy}`);
 * await trainer.run();
 * const network = await trainer.network();
 * assert.equal(network.card.step, 10);
 * ```
 */
export async function createTrainer(options: CreateTrainerOptions): Promise<ClassifierTrainer> {
  return await ClassifierTrainer.open(options, { testImages: options.onEvaluate !== undefined });
}

/** Refuses to evaluate where there is nothing to evaluate on. */
function requireImages(split: Split, on: "test" | "valid"): void {
  if (split[on].length > 0) return;
  throw new BadInput(
    on === "test"
      ? `Cannot evaluate: there are no test images of ${split.dataset}; give it some, or set a share of` +
        " the training images aside, e.g. split: { testShare: 0.2 }"
      : `Cannot evaluate on validation images: ${split.dataset} has none; set some aside, e.g. split: { valid: 50 }`,
  );
}
