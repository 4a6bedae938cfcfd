import { Random } from "../random.ts";
import { readHead, setHead } from "./heads.ts";
import type { Loader } from "./loader.ts";
import type { Host } from "./plugin/host_slots.ts";
import type { Plugin } from "./plugin/algorithm.ts";
import type { Progress } from "./plugin/step_slots.ts";
import type { HostFiles } from "./plugin/host_files.ts";
import { predictSet } from "./predict.ts";
import type { StepContext } from "./step/step.ts";
import { evaluationBatch } from "./step/step_images.ts";
import type { TrainingConfig } from "./training_config.ts";

/** What {@linkcode Hosts} give methods access to. */
export interface HostsOptions {
  readonly context: StepContext;
  readonly loader: Loader;
  readonly config: TrainingConfig;
  readonly files: HostFiles;
}

/** What methods are given between steps, in `setup`, `every`, `epoch` and `phase`. */
export class Hosts {
  readonly #options: HostsOptions;
  /** Tensors that slots have made, freed when the slots are through. */
  readonly #made: { dispose(): void }[] = [];

  constructor(options: HostsOptions) {
    this.#options = options;
  }

  /** The host of a method, as far as the run is. */
  of(
    plugin: Plugin,
    { progress, done }: { readonly progress: Progress; readonly done: number },
  ): Host {
    const { context, loader, config, files } = this.#options;
    const { device, network, needs, state, data } = context;
    const key = { seed: config.seed, step: done };
    const run = { ...key, batch: evaluationBatch(needs, config) };
    return {
      config: plugin.config,
      state: state.of(plugin.name),
      data,
      progress,
      horizon: config.steps,
      heads: Object.keys(network.heads),
      files,
      predict: (on, options) => predictSet(context, loader, on, { ...options, ...run }),
      random: (name) => new Random({ ...key, name: `host/${plugin.name}/${name}` }),
      read: (t) => device.read(t),
      scope: (body) => device.scope(body),
      readHead: (name, which) => {
        const read = device.keep(() => device.scope(() => readHead(device, network, name, which)));
        this.#made.push(read.weight, read.bias);
        return read;
      },
      setHead: (name, weights) => setHead(network, needs, { ...weights, name }),
      device,
      write: (values, shape, dtype) => {
        const array = dtype === "i32" ? Int32Array.from(values) : Float32Array.from(values);
        const tensor = device.tensor(array, shape, dtype);
        this.#made.push(tensor);
        return tensor;
      },
    };
  }

  /** Frees what the slots have made. */
  release(): void {
    for (const tensor of this.#made.splice(0)) tensor.dispose();
  }
}
