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
  readonly #pending = new Set<Promise<void>>();

  constructor(device: GPUDevice, onError: (error: Error) => void, subgroups?: Subgroups) {
    this.#device = device;
    this.#directive = subgroups?.directive ?? "";
    this.#onError = onError;
  }

  /** The pipeline of a kernel, made on first use. */
  get(kernel: Kernel): Pipeline {
    let pipeline = this.#pipelines.get(kernel);
    if (!pipeline) this.#pipelines.set(kernel, pipeline = this.#make(kernel));
    return pipeline;
  }

  /** Resolves when the outcome of every compilation so far is known. */
  async settled(): Promise<void> {
    while (this.#pending.size > 0) await Promise.all(this.#pending);
  }

  #make(kernel: Kernel): Pipeline {
    const device = this.#device;
    const layout = this.#layout(kernel);
    device.pushErrorScope("validation");
    const code = kernel.subgroups ? this.#directive + kernel.code : kernel.code;
    const module = device.createShaderModule({ code, label: kernel.key });
    const gpu = device.createComputePipeline({
      label: kernel.key,
      layout: device.createPipelineLayout({ bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: "main" },
    });
    const verdict = device.popErrorScope().then((error) => {
      if (error) this.#onError(kernelError(kernel, error.message));
    }, () => {}); // the device is gone; that is reported elsewhere
    this.#pending.add(verdict);
    verdict.finally(() => this.#pending.delete(verdict));
    return { gpu, layout, groups: new Map() };
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
