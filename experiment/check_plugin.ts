import { algorithms, basesOf, type ListedAlgorithm } from "../algorithms/registry.ts";
import type { Dataset } from "../datasets/images/dataset.ts";
import { syntheticDataset } from "../datasets/images/synthetic.ts";
import type { Device } from "../core/autograd/device.ts";
import { requestDevice } from "../core/autograd/request_device.ts";
import { modelByName } from "../core/nn/model_registry.ts";
import { restoreTrainer, saveTrainer, stateHash } from "../core/training/checkpoint.ts";
import type { Trainer } from "../core/training/trainer.ts";
import { objectLayer } from "./config/layers.ts";
import { resolveConfig, type Resolved } from "./config/resolve.ts";
import { splitRun } from "./run/split_run.ts";
import { openTrainer } from "./open_trainer.ts";

/** Steps of a trial: those in which a method's `smoke` settings make every slot run. */
const STEPS = 30;

/** What a trial of a method on one base found. */
export interface PluginTrial {
  /** E.g. `fixmatch+mine`. */
  readonly stack: string;
  /** What is wrong, or null. */
  readonly problem: string | null;
}

/**
 * Tries a method as the toolkit needs it to behave, on every base it can stand on: it composes, its
 * losses stay finite over 30 steps, no step reads back from the GPU, and a run that is saved half way
 * and restored ends bit for bit where the uninterrupted one does.
 *
 * @param algorithm What `defineAlgorithm` returned.
 * @param options `device`: where to try it; by default the machine's adapter.
 * @returns A row a base, as they finish.
 *
 * @example In a method's own test
 * ```ts ignore
 * import { checkPlugin } from "@longtail/longtail";
 * import mine from "./mine.ts";
 *
 * for await (const { stack, problem } of checkPlugin(mine)) {
 *   if (problem) throw new Error(`${stack}: ${problem}`);
 * }
 * ```
 */
export async function* checkPlugin(
  algorithm: ListedAlgorithm,
  { device: given }: { readonly device?: Device } = {},
): AsyncGenerator<PluginTrial> {
  const { spec } = algorithm;
  const bases = spec.kind === "base" ? [null] : basesOf(spec);
  const device = given ?? await requestDevice();
  const dataset = await syntheticDataset({ size: 16, train: 800, test: 50 });
  try {
    for (const base of bases) {
      const stack = base === null ? spec.name : `${base}+${spec.name}`;
      let problem: string | null = null;
      try {
        problem = await trial(device, dataset, settingsOf(stack, { algorithm, base }));
      } catch (error) {
        problem = error instanceof Error ? error.message : String(error);
      }
      yield { stack, problem };
    }
  } finally {
    if (!given) device.destroy();
  }
}

function settingsOf(
  stack: string,
  { algorithm, base }: { readonly algorithm: ListedAlgorithm; readonly base: string | null },
): Resolved {
  const known = algorithms.some((a) => a.spec.name === algorithm.spec.name);
  const trial = {
    algorithm: stack,
    model: "small-cnn",
    batch: { labeled: 8 },
    steps: STEPS,
    split: { labeledMax: 12, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
  };
  // The base's first: at its own threshold nothing would get through an add-on's mask.
  const below = algorithms.find((a) => a.spec.name === base)?.spec.smoke ?? {};
  const layers = [
    objectLayer(trial, "the trial"),
    objectLayer(below, "smoke of the base"),
    objectLayer(algorithm.spec.smoke ?? {}, "smoke"),
  ];
  return resolveConfig(layers, { algorithms: known ? [] : [algorithm] });
}

async function trial(
  device: Device,
  dataset: Dataset,
  resolved: Resolved,
): Promise<string | null> {
  const whole = await open(device, dataset, resolved);
  await runTo(whole, STEPS);
  const first = await open(device, dataset, resolved);
  await runTo(first, STEPS / 2);
  const stored = await saveTrainer(first);
  const second = await open(device, dataset, resolved);
  restoreTrainer(second, stored, "the trial's checkpoint");
  await runTo(second, STEPS);
  const [a, b] = [
    await stateHash(await saveTrainer(whole)),
    await stateHash(await saveTrainer(second)),
  ];
  return a === b ? null : "a run that is saved, restored and continued ends in another state";
}

function open(device: Device, dataset: Dataset, resolved: Resolved): Promise<Trainer> {
  const { config, stack } = resolved;
  const { split } = splitRun(resolved, dataset);
  const model = modelByName(config.model, config.modelVariant);
  return openTrainer({ device, dataset, split, model, stack, config });
}

/**
 * Trains up to a step.
 *
 * @throws {Error} If a step reads back from the GPU or a loss is not finite.
 */
async function runTo(trainer: Trainer, until: number): Promise<void> {
  await trainer.run({ until });
  await trainer.drain();
}
