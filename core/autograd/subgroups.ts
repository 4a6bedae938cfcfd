/** How kernels may use subgroups on a device. */
export interface Subgroups {
  /** Invocations of a subgroup: those with neighbouring local indices. */
  readonly lanes: number;
  /** What has to stand in front of a kernel that uses them. */
  readonly directive: string;
}

/** Numbers of lanes that the kernels are written for. */
const LANES = 8;

/**
 * Deno's compiler has the functions without the directive, browsers only with it. They would also
 * refuse values shared in a loop whose length may differ within a subgroup: lanes that share have
 * the same part of the loop, which no compiler can know.
 */
const DIRECTIVES = ["", "enable subgroups;\ndiagnostic(off, subgroup_uniformity);\n"] as const;

/** Workgroup of the trial, as of the kernels. */
const SIZE = 64;

const TRIAL = `@group(0) @binding(0) var<storage, read_write> y: array<u32>;
@compute @workgroup_size(${SIZE})
fn main(@builtin(local_invocation_index) li: u32) {
  let lane = li & ${LANES - 1}u;
  y[li] = subgroupBroadcast(li, 5u);
  y[li + ${SIZE}u] = subgroupShuffle(li, (lane & 4u) + 3u);
}`;

/**
 * Tries whether subgroups are there and are eight neighbouring invocations each, by running a
 * kernel: what adapters say of it is incomplete. Takes about 20 ms.
 */
export async function findSubgroups(gpu: GPUDevice): Promise<Subgroups | undefined> {
  for (const directive of DIRECTIVES) {
    gpu.pushErrorScope("validation");
    const module = gpu.createShaderModule({ code: directive + TRIAL, label: "subgroup trial" });
    const pipeline = gpu.createComputePipeline({ layout: "auto", compute: { module } });
    if (await gpu.popErrorScope()) continue;
    if (await answersRight(gpu, pipeline)) return { lanes: LANES, directive };
  }
  return undefined;
}

async function answersRight(gpu: GPUDevice, pipeline: GPUComputePipeline): Promise<boolean> {
  const size = 2 * SIZE * Uint32Array.BYTES_PER_ELEMENT;
  const y = gpu.createBuffer({ size, usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_SRC });
  const read = gpu.createBuffer({ size, usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ });
  const encoder = gpu.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  pass.setBindGroup(
    0,
    gpu.createBindGroup({
      layout: pipeline.getBindGroupLayout(0),
      entries: [{ binding: 0, resource: { buffer: y } }],
    }),
  );
  pass.dispatchWorkgroups(1);
  pass.end();
  encoder.copyBufferToBuffer(y, 0, read, 0, size);
  gpu.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const got = new Uint32Array(read.getMappedRange().slice(0));
  read.destroy();
  y.destroy();
  return got.every((value, i) => {
    const first = i % SIZE & -LANES;
    return value === first + (i < SIZE ? 5 : (i & 4) + 3);
  });
}
