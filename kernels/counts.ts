/**
 * Counting kernels of the trainer's statistics. Integer atomics: whole numbers add up to the same
 * in any order.
 *
 * @module
 */
import { defineKernel, type Kernel, linearIndex, memoKernel, read, write } from "./kernel.ts";

/**
 * Counts pairs (true class, pseudo-label): all of them in the first C × C of `counts`, those with a
 * positive mask in the second. An invocation counts one sample; true classes below 0 are unknown.
 */
export function pairCountKernel(): Kernel<"truth" | "pseudo" | "mask" | "counts", "n" | "classes"> {
  return memoKernel("pair count", (key) =>
    defineKernel({
      key,
      bindings: {
        truth: read("i32"),
        pseudo: read("i32"),
        mask: read("f32"),
        counts: write("atomic<u32>"),
      },
      uniforms: { n: "u32", classes: "u32" },
      body: `${linearIndex()}
  if (i >= u.n || truth[i] < 0) { return; }
  let cell = u32(truth[i]) * u.classes + u32(pseudo[i]);
  atomicAdd(&counts[cell], 1u);
  if (mask[i] > 0.0) { atomicAdd(&counts[u.classes * u.classes + cell], 1u); }`,
    }));
}

/** `sums[slot] += value`: a scalar added to the log of the period. */
export function logKernel(): Kernel<"value" | "sums", "slot"> {
  return memoKernel("log", (key) =>
    defineKernel({
      key,
      bindings: { value: read("f32"), sums: write("f32") },
      uniforms: { slot: "u32" },
      workgroup: [1],
      body: "sums[u.slot] += value[0];",
    }));
}
