import { map } from "../../autograd/ops/apply.ts";
import type { Device } from "../../autograd/device.ts";
import { sameShape } from "../../autograd/shape.ts";
import type { Tensor } from "../../autograd/tensor.ts";
import type { DataInfo, StateSpec } from "../plugin/needs.ts";
import type { Plugin } from "../plugin/algorithm.ts";
import { inSlot } from "../plugin/slot_failed.ts";

/**
 * Declared state of the plugins of a run. Each key has one tensor for the whole run; what a step
 * assigns is copied into it when the step ends, so that handles taken before keep their values.
 */
export class PluginState {
  /** The tensors by `plugin/key`. */
  readonly tensors: ReadonlyMap<string, Tensor>;
  /** Those whose values log rows hold. */
  readonly logged: ReadonlyMap<string, Tensor>;
  /** Of which images a logged one estimates the class shares. */
  readonly estimates: ReadonlyMap<string, NonNullable<StateSpec["estimates"]>>;
  readonly #device: Device;
  readonly #assigned = new Map<string, Tensor>();
  readonly #views = new Map<string, Record<string, Tensor>>();

  /** State with its start values. */
  constructor(device: Device, plugins: readonly Plugin[], data: DataInfo) {
    this.#device = device;
    const tensors = new Map<string, Tensor>(), logged = new Map<string, Tensor>();
    const estimates = new Map<string, NonNullable<StateSpec["estimates"]>>();
    for (const { name, spec, config } of plugins) {
      const declared = inSlot(name, "state", () => spec.state?.(config, data)) ?? {};
      const keys = Object.entries(declared as Record<string, StateSpec>);
      for (const [key, state] of keys) {
        const tensor = device.keep(() => initial(device, state, data));
        tensors.set(`${name}/${key}`, tensor);
        if (state.logged || state.estimates) logged.set(`${name}/${key}`, tensor);
        if (state.estimates) estimates.set(`${name}/${key}`, state.estimates);
      }
      this.#views.set(name, this.#view(name, keys.map(([key]) => key)));
    }
    this.tensors = tensors;
    this.logged = logged;
    this.estimates = estimates;
  }

  /** The state as a plugin sees it. */
  of(plugin: string): Record<string, Tensor> {
    return this.#views.get(plugin) ?? {};
  }

  /** Hidden class counts that some of it estimates, by `plugin/key`; none where they are not known. */
  truth({ counts, trueUnlabeledCounts: hidden }: DataInfo): Map<string, readonly number[]> {
    if (!hidden) return new Map();
    return new Map([...this.estimates].map(([key, of]) => [
      key,
      of === "all" ? hidden.map((n, c) => n + (counts[c] ?? 0)) : hidden,
    ]));
  }

  /** Records copying what was assigned to where it lives. */
  commit(): void {
    for (const [key, value] of this.#assigned) {
      const home = this.tensors.get(key)!; // only declared keys can be assigned
      if (value.storage !== home.storage) map("copy", { x: value }, "x", { out: home });
      this.#device.release(value);
    }
    this.#assigned.clear();
  }

  #view(plugin: string, keys: readonly string[]): Record<string, Tensor> {
    const view: Record<string, Tensor> = {};
    for (const key of keys) {
      const full = `${plugin}/${key}`;
      Object.defineProperty(view, key, {
        enumerable: true,
        get: () => this.#assigned.get(full) ?? this.tensors.get(full),
        set: (value: Tensor) => this.#assign(full, value),
      });
    }
    const declared = (key: string | symbol) => {
      // Promises ask what they resolve to for a `then`.
      if (typeof key === "symbol" || key in view || key === "then") return;
      throw new ReferenceError(
        `'${plugin}' uses the state '${key}' but did not declare it; it has ${
          keys.join(", ") || "none"
        }`,
      );
    };
    return new Proxy(Object.seal(view), {
      get(own, key) {
        declared(key);
        return Reflect.get(own, key);
      },
      set(own, key, value) {
        declared(key);
        return Reflect.set(own, key, value);
      },
    });
  }

  #assign(key: string, value: Tensor): void {
    const home = this.tensors.get(key)!; // views hold declared keys only
    if (!sameShape(value.shape, home.shape) || value.dtype !== "f32") {
      throw new TypeError(`Cannot assign ${value} to the state '${key}' of ${home}`);
    }
    this.#device.retain(value);
    const before = this.#assigned.get(key);
    if (before) this.#device.release(before);
    this.#assigned.set(key, value);
  }
}

function initial(device: Device, { shape, init = "zeros" }: StateSpec, data: DataInfo): Tensor {
  if (init === "zeros") return device.zeros(shape);
  const size = shape.reduce((a, b) => a * b, 1);
  if (init === "prior") {
    const total = data.counts.reduce((a, b) => a + b, 0);
    const prior = data.counts.map((n) => n / total);
    return device.tensor(Array.from({ length: size }, (_, i) => prior[i % prior.length]!), shape);
  }
  const value = init === "uniform" ? 1 / data.classes : init;
  return device.tensor(new Float32Array(size).fill(value), shape);
}
