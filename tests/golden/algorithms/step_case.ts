import type { Device } from "../../../core/autograd/device.ts";
import type { AnyTensor, Tensor } from "../../../core/autograd/tensor.ts";
import type { Model } from "../../../core/nn/model.ts";
import type { Batch } from "../../../core/training/plugin/step_slots.ts";
import type { DataInfo, Input, NonEmpty } from "../../../core/training/plugin/needs.ts";
import { defineAlgorithm } from "../../../core/training/plugin/define_algorithm.ts";
import type { Phase } from "../../../core/training/plugin/host_slots.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import { type MergedNeeds, mergeNeeds } from "../../../core/training/plugin/merge_needs.ts";
import type { Stack } from "../../../core/training/plugin/compose.ts";
import type { Network } from "../../../core/training/step/network.ts";
import { PluginState } from "../../../core/training/step/plugin_state.ts";
import { runStep, type StepInput } from "../../../core/training/step/step.ts";
import { caseNetwork, disposeNetwork, type Leaf, parameterIndex } from "./case_network.ts";
import type { CaseStep, StepReading } from "./case_step.ts";
import { type CaseHost, fakeHost } from "./fake_host.ts";
import { PresetRandom } from "./preset_random.ts";

/** What a case is run on. */
export interface StepCaseOptions {
  readonly stack: Stack;
  readonly model: Model;
  /** What is known of the data; the rest is taken from the counts of the labeled images. */
  readonly data: Partial<DataInfo> & Pick<DataInfo, "counts">;
  /** A network that stays from step to step; by default each step has a new one of its images. */
  readonly network?: Network;
}

/** Runs the steps of a golden case through the real step, one after the other, on one state. */
export class StepCase {
  readonly device: Device;
  readonly data: DataInfo;
  readonly state: PluginState;
  readonly #stack: Stack;
  readonly #model: Model;
  readonly #needs: MergedNeeds;
  readonly #kept: Network | null;
  #probe: CaseStep["probe"];
  #probed: Readonly<Record<string, AnyTensor>> = {};

  constructor(device: Device, { stack, model, data, network }: StepCaseOptions) {
    const labeled = data.counts.reduce((a, b) => a + b, 0);
    this.device = device;
    this.data = {
      dataset: "golden",
      classes: data.counts.length,
      labeled,
      unlabeled: labeled,
      holdout: 0,
      valid: 0,
      features: 1,
      trueUnlabeledCounts: null,
      ...data,
    };
    const [base, ...addons] = stack.plugins;
    this.#stack = { name: stack.name, plugins: [base, ...addons, this.#probePlugin()] };
    this.#model = model;
    this.#kept = network ?? null;
    this.#needs = mergeNeeds(stack, this.data);
    this.state = new PluginState(device, stack.plugins, this.data);
  }

  /** Sets a declared state, e.g. `daso/queue`. */
  setState(key: string, values: ArrayLike<number>): void {
    this.device.write(this.#stateOf(key), Float32Array.from(values));
  }

  /** Values of a declared state. */
  readState(key: string): Promise<Float32Array> {
    return this.device.read(this.#stateOf(key));
  }

  /** Runs one step, from the forward pass to `priorUpdate`; the parameters stay as they are. */
  async step(given: CaseStep): Promise<StepReading> {
    const { device } = this, network = this.#kept ?? this.#network(given);
    const { gradients: { views } } = network;
    const logged = new Map<string, Tensor>();
    this.#probe = given.probe;
    this.#probed = {};
    const made = device.keep(() =>
      device.scope(() => {
        const { counts = this.data.counts } = given;
        const total = counts.reduce((a, b) => a + b, 0);
        const result = runStep(
          {
            device,
            network,
            stack: this.#stack,
            needs: this.#needs,
            state: this.state,
            prior: device.tensor(counts.map((n) => n / total), [this.data.classes]),
            data: this.data,
            random: (plugin, name) =>
              new PresetRandom(device, `${plugin}/${name}`, given.random?.[`${plugin}/${name}`]),
            log: (name, value) => logged.set(name, value),
          },
          this.#input(given, network),
          given.progress,
        );
        result.finish();
        this.state.commit();
        const { targets, mask, terms } = result;
        return {
          targets: targets ? [targets.probs] : [],
          form: targets?.form ?? null,
          mask: mask ? [mask] : [],
          terms: Object.fromEntries(terms),
          probed: this.#probed,
          logged: Object.fromEntries(logged),
          present: result.present,
        };
      })
    );
    const read = (tensors: Readonly<Record<string, AnyTensor>>) => readRecord(device, tensors);
    const terms = scalars(await read(made.terms));
    const names = network.set.parameters.specs.map(({ name }) => name);
    const gradients = await read(Object.fromEntries(names.map((n, i) => [n, views[i]!]))); // alike
    if (!this.#kept) disposeNetwork(network);
    return {
      terms,
      loss: Object.values(terms).reduce((a, b) => a + b, 0),
      probs: made.targets[0] ? await device.read(made.targets[0]) : new Float32Array(),
      form: made.form,
      mask: made.mask[0] ? await device.read(made.mask[0]) : new Float32Array(),
      images: this.#kept
        ? []
        : given.images.map((_, i) => gradients[`images/${i}`] as Float32Array),
      gradients: gradients as Record<string, Float32Array>,
      logged: scalars(await read(made.logged)),
      probed: await read(made.probed),
      present: made.present,
    };
  }

  /** Runs a slot between steps of all plugins that have it; `every` whether or not it is due. */
  async between(slot: "setup" | "every" | "epoch", host: CaseHost): Promise<void> {
    for (const plugin of this.#stack.plugins) {
      const { setup, every, epoch } = plugin.spec;
      const run = slot === "every" ? every?.run : slot === "epoch" ? epoch : setup;
      if (!run) continue;
      const { device, data } = this, state = this.state.of(plugin.name);
      await run.call(plugin.spec, fakeHost({ device, data, plugin, state }, host));
    }
    this.state.commit();
  }

  /** Asks the plugin that divides the run for a phase. */
  async phase(index: number, host: CaseHost): Promise<Phase | null> {
    const plugin = this.#stack.plugins.find(({ spec }) => spec.phase);
    if (!plugin) throw new ReferenceError(`${this.#stack.name} has no phases`);
    const { device, data } = this, state = this.state.of(plugin.name);
    const own = fakeHost({ device, data, plugin, state }, host);
    const phase = await plugin.spec.phase!(own, index); // just found
    this.state.commit();
    return phase;
  }

  #stateOf(key: string): Tensor {
    const tensor = this.state.tensors.get(key);
    if (tensor) return tensor;
    throw new ReferenceError(`There is no state '${key}', only ${[...this.state.tensors.keys()]}`);
  }

  #network({ images, streams = {}, weights = {}, averageWeights = {} }: CaseStep): Network {
    return caseNetwork(this.device, {
      model: this.#model,
      classes: this.data.classes,
      heads: this.#needs.heads,
      classwiseNorms: this.#needs.classwiseNorms,
      leaves: new Map<string, Leaf>([
        ...images.map((image, i) => [`images/${i}`, image] as const),
        ...Object.entries(streams).map(([name, image]) => [`stream/${name}`, image] as const),
      ]),
      student: weights,
      average: averageWeights,
    });
  }

  #input({ images, y, index, isLabeled, streams = {} }: CaseStep, network: Network): StepInput {
    const { device } = this;
    const leaf = (name: string, { shape, values }: Leaf) =>
      this.#kept
        ? device.tensor(Float32Array.from(values), shape)
        : network.student.parameters[parameterIndex(network, name)]!; // found
    const ints = (values: ArrayLike<number>) =>
      device.tensor(Int32Array.from(values), [values.length], "i32");
    const views = (input: Input) =>
      images.flatMap((image, i) => image.input === input ? [leaf(`images/${i}`, image)] : []);
    const counting = (n: number) => Array.from({ length: n }, (_, i) => i);
    const unlabeled = images.find(({ input }) => input !== "labeled")?.shape[0] ?? 0;
    const flags = isLabeled ?? new Float32Array(unlabeled);
    const batch: Batch = {
      labeled: {
        x: views("labeled") as unknown as NonEmpty<Tensor>, // every case has labeled images
        y: ints(y),
        index: ints(index?.labeled ?? counting(y.length)),
      },
      unlabeled: {
        weak: views("weak"),
        strong: views("strong"),
        identity: views("identity"),
        index: ints(index?.unlabeled ?? counting(unlabeled)),
        isLabeled: device.tensor(Float32Array.from(flags), [flags.length]),
      },
    };
    const drawn = Object.entries(streams).map(([name, s]) =>
      [name, {
        x: leaf(`stream/${name}`, s),
        y: ints(s.y),
        index: ints(s.index ?? counting(s.y.length)),
      }] as const
    );
    return { batch, streams: Object.fromEntries(drawn) };
  }

  /** An add-on that has no part in the step and only looks at it. */
  #probePlugin(): Plugin {
    return defineAlgorithm({
      name: "probe",
      kind: "addon",
      paper: "none",
      defaults: {},
      loss: (s, t, m) => {
        const seen = this.device.noGrad(() => this.#probe?.(s, t, m) ?? {});
        this.#probed = Object.fromEntries(
          Object.entries(seen).map(([name, tensor]) => [name, copyOf(tensor)]),
        );
        return {};
      },
    })();
  }
}

/** A copy, since a state's tensor has other values once the step is over. */
function copyOf(tensor: AnyTensor): AnyTensor {
  const copy = tensor.device.empty(tensor.shape, tensor.dtype);
  tensor.device.copy(tensor, copy);
  return copy;
}

async function readRecord(
  device: Device,
  tensors: Readonly<Record<string, AnyTensor>>,
): Promise<Record<string, ArrayLike<number>>> {
  const values = await device.readAll(Object.values(tensors));
  return Object.fromEntries(Object.keys(tensors).map((name, i) => [name, values[i]!])); // alike
}

function scalars(record: Readonly<Record<string, ArrayLike<number>>>): Record<string, number> {
  return Object.fromEntries(Object.entries(record).map(([k, v]) => [k, v[0] ?? NaN]));
}
