import { defineKernel, type Kernel, memoKernel, read, write } from "./kernel.ts";

/**
 * `y[0] = 1` if no element of `x` is NaN or infinite, else 0; or, with `merge`, if no word of `x` is
 * 0. Told by bits: a comparison with NaN is false on some adapters whichever way it is asked. Each
 * workgroup writes the verdict on its part.
 */
export function finiteKernel(merge: boolean): Kernel {
  return memoKernel(merge ? "all ones" : "finite", (key) =>
    defineKernel({
      key,
      bindings: { x: read("u32"), y: write("u32") },
      uniforms: { n: "u32" },
      workgroup: [256],
      header: "var<workgroup> bad: atomic<u32>;",
      body: `  let stride = nwg.x * 256u;
  for (var i = wid.x * 256u + li; i < u.n; i += stride) {
    if (${merge ? "x[i] == 0u" : "(x[i] & 0x7f800000u) == 0x7f800000u"}) { atomicStore(&bad, 1u); }
  }
  workgroupBarrier();
  if (li == 0u) { y[wid.x] = 1u - atomicLoad(&bad); }`,
    }));
}
