import type { Device } from "../../../core/autograd/device.ts";
import type { PixelMemory } from "../../../kernels/augment/steps/pixels.ts";
import type { CompiledViews } from "../compile/compile_views.ts";

/** How following programs is cut into groups. */
export interface ApplyPlan {
  readonly memory: PixelMemory;
  /** Words of each of a group's two areas. */
  readonly words: number;
  /** Invocations of a group. */
  readonly workgroup: number;
  /** Groups; with fewer than rows, each does several. */
  readonly groups: number;
}

/** Bytes that scratch areas may take on a GPU; more images share them one after the other. */
const SCRATCH = 64 * 2 ** 20;

/** Bytes of workgroup memory that statistics take. */
const STATISTICS = 4 * (771 + 256);

/** A GPU hides latency with large groups. */
const GPU_WORKGROUP = 256;

/**
 * Sizes of a group on a software adapter, which wants it small (see the kernel), and few groups,
 * since each begins by clearing its memory: 11 µs for images of 32 px.
 */
const SOFTWARE_WORKGROUPS = [8, 32, 128, 256];
const SOFTWARE_GROUPS = 16;

/**
 * Rounds of all loops together that an invocation may make. After 65,535 of them llvmpipe ends every
 * loop after its first round, without a word; the rest is room for errors of the estimate.
 */
const ROUNDS = 45_000;

/**
 * Plans a dispatch over `rows` rows.
 *
 * @throws {RangeError} If images are too large for a software adapter.
 */
export function planApply(
  { software, gpu: { limits } }: Device,
  { capacity, visits, steps }: Pick<CompiledViews, "capacity" | "visits" | "steps">,
  rows: number,
): ApplyPlan {
  const room = Math.floor((limits.maxComputeWorkgroupStorageSize - STATISTICS) / 8);
  const memory = capacity === 0 ? "none" : capacity > room ? "scratch" : "workgroup";
  // Powers of two where they fit: kernels stay few.
  const words = memory === "workgroup"
    ? Math.min(2 ** Math.ceil(Math.log2(capacity)), room)
    : capacity;
  const most = memory === "scratch" ? Math.max(1, Math.floor(SCRATCH / (8 * words))) : 65535;
  if (!software) {
    return { memory, words, workgroup: GPU_WORKGROUP, groups: Math.min(Math.max(rows, 1), most) };
  }
  for (const workgroup of SOFTWARE_WORKGROUPS) {
    // An operation may make and read tables of 256 values.
    const rounds = visits / workgroup + (steps + 1) * (400 + 5000 / workgroup);
    const rowsOfGroup = Math.floor(ROUNDS / rounds);
    if (rowsOfGroup === 0) continue;
    const groups = Math.max(Math.min(rows, SOFTWARE_GROUPS), Math.ceil(rows / rowsOfGroup), 1);
    if (groups <= most) return { memory, words, workgroup, groups };
  }
  throw new RangeError(
    `A software adapter cannot augment ${rows} images of ${capacity} pixels at once: use fewer or smaller ones`,
  );
}
