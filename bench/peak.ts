import type { Work } from "./contender.ts";
import { listenForErrors } from "./device_errors.ts";

/** Kernels that show what an adapter reaches at most, as works to be measured. */
export interface PeakKernels {
  readonly arithmetic: { readonly work: Work; readonly flops: number };
  readonly memory: { readonly work: Work; readonly bytes: number };
  /** @throws {Error} if a kernel did not run or gave a wrong result. */
  check(): Promise<void>;
  destroy(): void;
}

const INVOCATIONS = 2 ** 16;
const ACCUMULATORS = 4;
const UNROLLED = 16;
const LOOPS = 64;
/** vec4 values copied by one invocation of the copy kernel. */
const COPIES = 8;
const COPY_GROUP = 256;
/** What is copied: activations that a CPU has in its cache, as large as they are in the cases. */
const COPIED_BYTES = { software: 2 ** 22, hardware: 2 ** 27 };

/** Multiply and add in registers: enough independent chains and statements that nothing waits. */
function arithmeticCode(): string {
  const accumulators = Array.from({ length: ACCUMULATORS }, (_, i) => `a${i}`);
  const statement = accumulators.map((a) => `${a} = ${a} * m + c;`).join(" ");
  return `
@group(0) @binding(0) var<storage, read> factors: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3u) {
  let m = factors[0];
  let c = factors[1];
  ${accumulators.map((a, i) => `var ${a} = vec4f(f32(id.x + ${i}u));`).join("\n  ")}
  for (var i = 0u; i < ${LOOPS}u; i++) {
    ${Array<string>(UNROLLED).fill(statement).join("\n    ")}
  }
  out[id.x] = ${accumulators.join(" + ")};
}`;
}

const memoryCode = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> out: array<vec4f>;
@compute @workgroup_size(${COPY_GROUP})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) lane: u32) {
  let at = group.x * ${COPY_GROUP * COPIES}u + lane;
  ${
  Array.from({ length: COPIES }, (_, i) =>
    `out[at + ${COPY_GROUP * i}u] = source[at + ${COPY_GROUP * i}u];`)
    .join("\n  ")
}
}`;

/** Prepares the two kernels on a device of their own. */
export async function openPeakKernels(
  adapter: GPUAdapter,
  software: boolean,
): Promise<PeakKernels> {
  const copied = COPIED_BYTES[software ? "software" : "hardware"];
  const device = await adapter.requestDevice();
  const errors = listenForErrors(device);
  const storage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC |
    GPUBufferUsage.COPY_DST;
  const buffer = (size: number) => device.createBuffer({ size, usage: storage });

  const factors = buffer(32);
  device.queue.writeBuffer(factors, 0, Float32Array.of(0.5, 0.5, 0.5, 0.5, 1, 1, 1, 1));
  const sums = buffer(INVOCATIONS * 16);
  const source = buffer(copied);
  const copy = buffer(copied);
  device.queue.writeBuffer(source, copied - 16, Float32Array.of(1, 2, 3, 4));

  function work(code: string, [from, out]: readonly [GPUBuffer, GPUBuffer], groups: number): Work {
    const module = device.createShaderModule({ code });
    const pipeline = device.createComputePipeline({
      layout: "auto",
      compute: { module },
    });
    const bindings = device.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [from, out].map((buffer, binding) => ({
        binding,
        resource: { buffer },
      })),
    });
    return {
      async run(times) {
        const encoder = device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        pass.setPipeline(pipeline);
        pass.setBindGroup(0, bindings);
        for (let i = 0; i < times; i++) pass.dispatchWorkgroups(groups);
        pass.end();
        device.queue.submit([encoder.finish()]);
        await device.queue.onSubmittedWorkDone();
      },
      async result() {
        const staging = device.createBuffer({
          size: 16,
          usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST,
        });
        const encoder = device.createCommandEncoder();
        encoder.copyBufferToBuffer(out, out.size - 16, staging, 0, 16);
        device.queue.submit([encoder.finish()]);
        await staging.mapAsync(GPUMapMode.READ);
        const values = new Float32Array(staging.getMappedRange().slice(0));
        staging.destroy();
        return values;
      },
      dispose: () => device.destroy(),
    };
  }
  const arithmetic = work(arithmeticCode(), [factors, sums], INVOCATIONS / 64);
  const memory = work(memoryCode, [source, copy], copied / 16 / COPIES / COPY_GROUP);
  return {
    arithmetic: {
      work: arithmetic,
      flops: INVOCATIONS * ACCUMULATORS * UNROLLED * LOOPS * 4 * 2,
    },
    memory: { work: memory, bytes: 2 * copied },
    async check() {
      // a ← a / 2 + 1 ends at 2 from anywhere.
      const sum = (await arithmetic.result())[0];
      const last = (await memory.result()).join();
      if (errors.length > 0 || sum !== 2 * ACCUMULATORS || last !== "1,2,3,4") {
        throw new Error(
          `The peak kernels gave ${sum} and ${last}. ${errors[0] ?? ""}`,
        );
      }
    },
    destroy: () => device.destroy(),
  };
}
