import { max } from "../../autograd/ops/extreme.ts";
import { mean, sum } from "../../autograd/ops/reduce.ts";
import { oneHot } from "../../autograd/ops/gather.ts";
import { add, greaterEqual, mul } from "../../autograd/ops/pointwise.ts";
import { softmax } from "../../autograd/ops/softmax.ts";
import type { Device } from "../../autograd/device.ts";
import { Tape } from "../../autograd/tape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type {
  Batch,
  Late,
  Output,
  Outputs,
  Progress,
  Rng,
  Step,
  StreamBatch,
  Targets,
} from "../plugin/step_slots.ts";
import type { DataInfo, Input } from "../plugin/needs.ts";
import type { Plugin } from "../plugin/algorithm.ts";
import { AbsentOutputs, AbsentTargets } from "./absent.ts";
import type { ReportedLabels } from "./label_kinds.ts";
import type { MergedNeeds } from "../plugin/merge_needs.ts";
import type { Stack } from "../plugin/compose.ts";
import { inSlot } from "../plugin/slot_failed.ts";
import { headWeight, type Network } from "./network.ts";
import type { PluginState } from "./plugin_state.ts";
import { lossTerms, sampleWeights, slotTargets } from "./slot_results.ts";
import {
  applyHead,
  imageGradient,
  type Images,
  joinOutputs,
  runAlone,
  runPass,
  solidImage,
} from "./step_outputs.ts";

/** What a step runs with; the same for all steps of a run. */
export interface StepContext {
  readonly device: Device;
  readonly network: Network;
  readonly stack: Stack;
  readonly needs: MergedNeeds;
  readonly state: PluginState;
  readonly prior: Tensor;
  readonly data: DataInfo;
  /** Random numbers of a plugin's name in a step. */
  random(plugin: string, name: string, step: number): Rng;
  /** Reports a scalar of this step. */
  log(name: string, value: Tensor): void;
}

/** What a step leaves for the trainer. */
export interface StepResult {
  readonly terms: ReadonlyMap<string, Tensor>;
  /** Null where no weak view was asked for. */
  readonly targets: Targets | null;
  readonly mask: Tensor | null;
  /** Pseudo-labels that methods have reported beside these, by `plugin/name`. */
  readonly reports: ReadonlyMap<string, ReportedLabels>;
  /** Share of the labeled images whose class the network names; null without a plain labeled view. */
  readonly labeledAccuracy: Tensor | null;
  /** Indices of the parameters that got a gradient. */
  readonly present: ReadonlySet<number>;
  /** Runs the plugins' `priorUpdate`; to be called after the update. */
  finish(): void;
}

/** Images of a declared stream. */
export interface StreamImages {
  readonly x: Tensor;
  readonly y: Tensor<"i32">;
  readonly index: Tensor<"i32">;
}

/** Images of a step: the batch and the streams. */
export interface StepInput {
  readonly batch: Batch;
  readonly streams?: Readonly<Record<string, StreamImages>>;
}

/** Runs forward, slots and backward of one step; gradients end up in `network.gradients`. */
export function runStep(c: StepContext, input: StepInput, progress: Progress): StepResult {
  const { device, network, stack: { plugins } } = c;
  const { parameters } = network.student;
  const destinations = new Map(parameters.map((p, i) => [p, network.gradients.views[i]!])); // one a parameter
  const tape = new Tape(device, destinations);
  return tape.record(() => {
    const run = new SlotRunner(c, input, progress);
    const { targets, mask } = device.noGrad(() => run.targets());
    const lates = device.noGrad(() => run.lates(targets));
    run.passLates(lates);
    const terms = run.losses(targets, mask);
    let total: Tensor | undefined;
    for (const term of terms.values()) total = total ? add(total, term) : term;
    if (!total) throw new TypeError(`'${c.stack.name}' has no loss: a base must return a term`);
    const reached = tape.backward(total);
    const present = new Set<number>();
    parameters.forEach((p, i) => {
      if (reached.has(p)) present.add(i);
    });
    return {
      terms,
      targets,
      mask,
      reports: run.reports,
      labeledAccuracy: device.noGrad(() => run.labeledAccuracy()),
      present,
      finish: () => {
        if (!targets && !plugins.some(({ spec }) => spec.priorUpdate)) return;
        device.noGrad(() => run.priorUpdates(targets, mask));
      },
    };
  });
}

/** Runs the slots of all plugins in the fixed order. */
class SlotRunner {
  readonly #c: StepContext;
  readonly #steps: readonly (readonly [Plugin, Step])[];
  readonly #weights = new Map<string, Tensor>();
  readonly #late = new Map<string, Output>();
  readonly #student: Outputs;
  readonly #named: ReadonlyMap<string, Outputs>;
  readonly #streams: ReadonlyMap<string, StreamBatch>;
  readonly #solids: ReadonlyMap<string, Output>;
  readonly #labels: Tensor<"i32">;
  /** What {@linkcode Step.logLabels} was given. */
  readonly reports: Map<string, ReportedLabels> = new Map();

  constructor(c: StepContext, { batch, streams = {} }: StepInput, progress: Progress) {
    this.#c = c;
    this.#labels = batch.labeled.y;
    const [image] = batch.labeled.x;
    this.#solids = c.device.noGrad(() =>
      new Map(
        Object.entries(c.needs.solids).map(([name, { value, norm = "batch" }]) => [
          name,
          runAlone(c.network, solidImage(image, value), { net: "student", norm }),
        ]),
      )
    );
    this.#streams = new Map(
      Object.entries(streams).map(([name, images]) => [name, this.#runStream(name, images)]),
    );
    const images: Images = {
      labeled: batch.labeled.x,
      weak: batch.unlabeled.weak,
      strong: batch.unlabeled.strong,
      identity: batch.unlabeled.identity,
    };
    const adjust = (logits: Tensor, where: Input, view: number) =>
      this.#steps.reduce(
        (z, [{ name, spec }, s]) =>
          inSlot(name, "adjust", () => spec.adjust?.(s, z, where, view)) ?? z,
        logits,
      );
    const asked = c.needs.passes.filter(({ name }) => name === undefined);
    const student = asked.filter(({ net }) => net === "student");
    const used = (["labeled", "weak", "strong", "identity"] as const)
      .filter((input) => images[input].length > 0);
    const [first = "labeled", ...others] = used;
    const passes = student.length > 0
      ? student
      : !c.needs.studentPass
      ? []
      : [{ net: "student", inputs: [first, ...others] } as const];
    const outputs = joinOutputs(passes.map((p) => runPass(c.network, p, images, adjust)));
    this.#student = outputs;
    const averages = asked.filter(({ net }) => net === "average");
    const average = averages.length > 0
      ? joinOutputs(averages.map((p) => runPass(c.network, p, images, adjust)))
      : null;
    const apart = c.needs.passes.flatMap((p) =>
      p.name === undefined ? [] : [[p.name, runPass(c.network, p, images, adjust)] as const]
    );
    const within = c.needs.passNames.map((name) => [name, outputs] as const);
    this.#named = new Map([...within, ...apart]);
    this.#steps = c.stack.plugins.map((plugin) => [
      plugin,
      this.#stepOf(plugin, { batch, progress, student: outputs, average }),
    ]);
  }

  /** Pseudo-labels and mask, or nulls where there is no weak view. */
  targets(): { targets: Targets | null; mask: Tensor | null } {
    const weak = this.#student.weak[0];
    if (!weak) return { targets: null, mask: null };
    let targets: Targets = { probs: softmax(weak.logits()), form: "hard" };
    for (const [{ name, spec }, s] of this.#steps) {
      if (!spec.pseudoLabel) continue;
      const before = targets;
      targets = inSlot(name, "pseudoLabel", () => slotTargets(spec.pseudoLabel!(s, before)));
    }
    const { judged } = targets, seen = judged ? { ...targets, probs: judged } : targets;
    let mask = this.#ones(targets.probs.shape[0]!); // probabilities have a batch axis
    for (const [{ name, spec }, s] of this.#steps) {
      if (!spec.mask) continue;
      const like = mask;
      mask = inSlot(name, "mask", () => sampleWeights(spec.mask!(s, seen, like), like));
    }
    return { targets, mask };
  }

  labeledAccuracy(): Tensor | null {
    const [view] = this.#student.labeled;
    if (!view) return null;
    const logits = view.rawLogits(), { classes } = this.#c.data;
    const own = sum(mul(logits, oneHot(this.#labels, classes)), 1);
    return mean(greaterEqual(own, max(logits, 1)));
  }

  lates(targets: Targets | null): Map<string, Late> {
    const all = new Map<string, Late>();
    for (const [{ name, spec }, s] of this.#steps) {
      const made = inSlot(
        name,
        "inputs",
        () => spec.inputs?.(s, targets ?? new AbsentTargets(name)),
      );
      for (const [key, late] of Object.entries(made ?? {})) {
        if (all.has(key)) {
          throw new TypeError(`Two late inputs are called '${key}', one of ${name}`);
        }
        all.set(key, late);
      }
    }
    return all;
  }

  passLates(lates: ReadonlyMap<string, Late>): void {
    for (const [name, { x, norm = "batch" }] of lates) {
      this.#late.set(name, runAlone(this.#c.network, x, { net: "student", norm }));
    }
  }

  losses(targets: Targets | null, mask: Tensor | null): Map<string, Tensor> {
    const terms = new Map<string, Tensor>();
    for (const [{ name, spec }, s] of this.#steps) {
      const named = inSlot(
        name,
        "loss",
        () => lossTerms(spec.loss?.(s, targets ?? new AbsentTargets(name), mask ?? this.#ones(1))),
      );
      for (const [key, term] of named) {
        if (terms.has(key)) {
          throw new TypeError(`Two loss terms are called '${key}', one of ${name}`);
        }
        terms.set(key, term);
      }
    }
    let kept: Readonly<Record<string, Tensor>> = Object.fromEntries(terms);
    for (const [{ name, spec }, s] of this.#steps) {
      kept = inSlot(name, "terms", () => spec.terms?.(s, kept)) ?? kept;
    }
    return new Map(Object.entries(kept));
  }

  priorUpdates(targets: Targets | null, mask: Tensor | null): void {
    for (const [{ name, spec }, s] of this.#steps) {
      inSlot(
        name,
        "priorUpdate",
        () => spec.priorUpdate?.(s, targets ?? new AbsentTargets(name), mask ?? this.#ones(1)),
      );
    }
  }

  #stepOf(
    plugin: Plugin,
    shared: {
      batch: Batch;
      progress: Progress;
      student: Outputs;
      average: Outputs | null;
    },
  ): Step {
    const c = this.#c, { average } = shared;
    return {
      config: plugin.config,
      state: c.state.of(plugin.name),
      batch: shared.batch,
      student: shared.student,
      average: average ?? new AbsentOutputs(plugin.name),
      prior: c.prior,
      progress: shared.progress,
      weights: (where) => this.#weightsOf(where, shared.batch),
      pass: (name) => {
        const outputs = this.#named.get(name);
        if (outputs) return outputs;
        throw new ReferenceError(
          `'${plugin.name}' uses the pass '${name}' but did not declare it`,
        );
      },
      stream: (name) => {
        const stream = this.#streams.get(name);
        if (stream) return stream;
        throw new ReferenceError(
          `'${plugin.name}' uses the stream '${name}' but did not declare it`,
        );
      },
      solid: (name) => {
        const solid = this.#solids.get(name);
        if (solid) return solid;
        throw new ReferenceError(
          `'${plugin.name}' uses the solid image '${name}' but did not declare it`,
        );
      },
      late: (name) => {
        const late = this.#late.get(name);
        if (late) return late;
        throw new ReferenceError(`No plugin returned the late input '${name}'`);
      },
      imageGradient: (x, value, norm = "frozen") => imageGradient(c.network, x, { value, norm }),
      head: (name, features) =>
        applyHead(c.network, name, features, {
          weights: c.network.student,
          norm: c.device.tape ? "batch" : "frozen", // what no loss asks for moves no statistics
        }),
      headWeight: (name) => headWeight(c.network, c.needs, name),
      data: c.data,
      random: (name) => c.random(plugin.name, name, shared.progress.step),
      refine: (t, head) =>
        this.#steps.reduce(
          (t, [other, s]) =>
            other === plugin
              ? t
              : inSlot(other.name, "refine", () => other.spec.refine?.(s, t, head)) ?? t,
          t,
        ),
      refineMask: (t, m, head) =>
        this.#steps.reduce(
          (m, [other, s]) =>
            other === plugin
              ? m
              : inSlot(other.name, "refineMask", () => other.spec.refineMask?.(s, t, m, head)) ?? m,
          m,
        ),
      ramp: (share, weight) =>
        this.#steps.reduce(
          (w, [{ name, spec }, s]) => inSlot(name, "ramp", () => spec.ramp?.(s, w, weight)) ?? w,
          share * weight,
        ),
      log: (name, value) => c.log(`${plugin.name}/${name}`, value),
      logLabels: (name, probs, mask) =>
        this.reports.set(`${plugin.name}/${name}`, { probs, mask: mask ?? null }),
    };
  }

  #runStream(name: string, { x, y, index }: StreamImages): StreamBatch {
    const { network, needs } = this.#c;
    const { net, norm = "batch" } = needs.streams[name]!; // images are made of declared streams
    return { y, index, out: runAlone(network, x, { net, norm }) };
  }

  #weightsOf(where: "labeled" | "unlabeled", batch: Batch): Tensor {
    let weights = this.#weights.get(where);
    if (!weights) {
      const { size } = where === "labeled" ? batch.labeled.y : batch.unlabeled.index;
      weights = this.#ones(size);
      for (const [{ name, spec }, s] of this.#steps) {
        if (!spec.weights) continue;
        const like: Tensor = weights;
        weights = inSlot(
          name,
          "weights",
          () => sampleWeights(spec.weights!(s, where, like), like),
        );
      }
      this.#weights.set(where, weights);
    }
    return weights;
  }

  #ones(n: number): Tensor {
    return onesOf(this.#c.device, n);
  }
}

const ones = new WeakMap<Device, Map<number, Tensor>>();

/** A tensor of ones that lives as long as its device: the start of masks and weights. */
function onesOf(device: Device, n: number): Tensor {
  let known = ones.get(device);
  if (!known) ones.set(device, known = new Map());
  let tensor = known.get(n);
  if (!tensor) {
    tensor = device.keep(() => device.tensor(new Float32Array(n).fill(1), [n]));
    known.set(n, tensor);
  }
  return tensor;
}
