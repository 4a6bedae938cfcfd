import type { BindingKind, Kernel } from "../../kernels/kernel.ts";
import type { Subgroups } from "./subgroups.ts";

/** A kernel made ready for a device. */
export interface Pipeline {
  readonly gpu: GPUComputePipeline;
  readonly layout: GPUBindGroupLayout;
  /** Bind groups by the arguments they bind. */
  readonly groups: Map<string, GPUBindGroup>;
}

/** Bytes of a kernel's uniforms, all kernels alike, so that slots are of one size. */
export const UNIFORM_BYTES = 256;

/** Compiles each kernel once; what the compiler finds wrong is reported with the numbered source. */
export class PipelineCache {
  readonly #device: GPUDevice;
  readonly #onError: (error: Error) => void;
  readonly #directive: string;
  readonly #pipelines = new Map<Kernel, Pipeline>();
  readonly #layouts = new Map<string, GPUBindGroupLayout>();
  readonly #pending = new Set<Promise<Error | null>>();

  constructor(device: GPUDevice, onError: (error: Error) => void, subgroups?: Subgroups) {
    this.#device = device;
    this.#directive = subgroups?.directive ?? "";
    this.#onError = onError;
  }

  /** The pipeline of a kernel, made on first use. */
  get(kernel: Kernel): Pipeline {
    const found = this.#pipelines.get(kernel);
    if (found) return found;
    const { pipeline, verdict } = this.#make(kernel);
    this.#pipelines.set(kernel, pipeline);
    verdict.then((error) => error && this.#onError(error));
    return pipeline;
  }

  /** Makes the pipeline of a kernel, and says whether it could be made; if not, it is no error yet. */
  async compiles(kernel: Kernel): Promise<boolean> {
    if (this.#pipelines.has(kernel)) return true;
    const { pipeline, verdict } = this.#make(kernel);
    if (await verdict) return false;
    this.#pipelines.set(kernel, pipeline);
    return true;
  }

  /** Resolves when the outcome of every compilation so far is known. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #make(kernel: Kernel): { pipeline: Pipeline; verdict: Promise<Error | null> } {
    const device = this.#device;
    const layout = this.#layout(kernel);
    device.pushErrorScope("validation");
    device.pushErrorScope("internal"); // the driver's own compiler
    const code = kernel.subgroups ? this.#directive + kernel.code : kernel.code;
    const module = device.createShaderModule({ code, label: kernel.key });
    const gpu = device.createComputePipeline({
      label: kernel.key,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const errors = Promise.all([device.popErrorScope(), device.popErrorScope()]);
    const verdict = errors.then((all) => {
      const error = all.find((e) => e !== null);
      return error ? kernelError(kernel, error.message) : null;
    }, () => null); // the device is gone; that is reported elsewhere
    this.#pending.add(verdict);
    verdict.finally(() => this.#pending.delete(verdict));
    return { pipeline: { gpu, layout, groups: new Map() }, verdict };
  }

  #layout({ bindings, uniforms }: Kernel): GPUBindGroupLayout {
    const kinds = bindings.map(({ kind }) => kind);
    const signature = `${kinds.join()}|${uniforms.length > 0}`;
    let layout = this.#layouts.get(signature);
    if (!layout) {
      const entries: GPUBindGroupLayoutEntry[] = kinds.map((kind, binding) => ({
        binding,
        visibility: GPUShaderStage.COMPUTE,
        ...entry(kind),
      }));
      if (uniforms.length > 0) {
        entries.push({
          binding: bindings.length,
          visibility: GPUShaderStage.COMPUTE,
          buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: UNIFORM_BYTES },
        });
      }
      layout = this.#device.createBindGroupLayout({ entries });
      this.#layouts.set(signature, layout);
    }
    return layout;
  }
}

function entry(kind: BindingKind): Partial<GPUBindGroupLayoutEntry> {
  switch (kind) {
    case "read":
      return { buffer: { type: "read-only-storage" } };
    case "write":
      return { buffer: { type: "storage" } };
    case "texture":
      return { texture: { sampleType: "unfilterable-float", viewDimension: "2d-array" } };
    case "storage-texture":
      return {
        storageTexture: {
          access: "write-only",
          format: "rgba32float",
          viewDimension: "2d-array",
        },
      };
  }
}

/** The compiler's message with the lines of WGSL around the place it names. */
export function kernelError(kernel: Kernel, message: string): Error {
  const lines = kernel.code.split("\n");
  const at = Number(message.match(/wgsl:(\d+)/)?.[1] ?? message.match(/:(\d+):\d+/)?.[1] ?? 0);
  const from = at ? Math.max(0, at - 6) : 0,
    to = at ? Math.min(lines.length, at + 5) : lines.length;
  const source = lines.slice(from, to).map((line, i) => {
    const number = from + i + 1;
    return `${number === at ? ">" : " "}${String(number).padStart(4)} ${line}`;
  });
  return new Error(
    `Kernel '${kernel.key}' does not compile: ${message.trim()}\n${source.join("\n")}`,
  );
}
