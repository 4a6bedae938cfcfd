import type { Device } from "../../../core/autograd/device.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import { Random } from "../../../core/random.ts";
import { MemoryFiles } from "../../../core/training/plugin/host_files.ts";
import type { DataInfo } from "../../../core/training/plugin/needs.ts";
import type { Host } from "../../../core/training/plugin/host_slots.ts";
import type { Plugin } from "../../../core/training/plugin/algorithm.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";

/** What a case gives to a slot between steps. */
export interface CaseHost {
  readonly progress: Progress;
  /** Predictions that the case states; asking without is an error. */
  readonly predict?: Host["predict"];
  readonly random?: Host["random"];
  /** Files of this run and of others; none if not given. */
  readonly files?: Host["files"];
  /** `main` alone if not given. */
  readonly heads?: Host["heads"];
}

/** A host without images: it reads and writes the real state and predicts what the case says. */
export function fakeHost(
  { device, data, plugin, state }: {
    readonly device: Device;
    readonly data: DataInfo;
    readonly plugin: Plugin;
    readonly state: Record<string, Tensor>;
  },
  { progress, predict, random, files, heads }: CaseHost,
): Host {
  return {
    config: plugin.config,
    state,
    data,
    progress,
    horizon: progress.steps,
    heads: heads ?? ["main"],
    files: files ?? new MemoryFiles(),
    read: (t) => device.read(t),
    scope: (body) => device.scope(body),
    device,
    write: (values, shape, dtype) => device.tensor(Array.from(values), shape, dtype),
    predict: predict ?? (() => {
      throw new ReferenceError(`'${plugin.name}' asks for predictions but the case gives none`);
    }),
    readHead: () => {
      throw new ReferenceError(`'${plugin.name}' reads a head but a case has no network`);
    },
    setHead: () => {
      throw new ReferenceError(`'${plugin.name}' sets a head but a case has no network`);
    },
    random: random ??
      ((name) => new Random({ seed: 0, step: progress.step, name: `host/${plugin.name}/${name}` })),
  };
}
