import { defineKernel, type Kernel, LINEAR_GROUP, memoKernel, read, write } from "./kernel.ts";

/**
 * Appends rows to first-in-first-out queues of their classes, oldest row first: `x` of
 * classes `y` behind `queue`, of which `held` are filled. A workgroup makes one slot of one class, an invocation some of its columns;
 * each walks over the labels, so that results repeat bit for bit. Empty slots are zero.
 */
export function enqueueKernel(): Kernel<
  "queue" | "held" | "limits" | "x" | "y" | "next" | "nextHeld",
  "classes" | "slots" | "width" | "count"
> {
  return memoKernel("enqueue", (key) =>
    defineKernel({
      key,
      bindings: {
        queue: read("f32"),
        held: read("f32"),
        limits: read("f32"),
        x: read("f32"),
        y: read("i32"),
        next: write("f32"),
        nextHeld: write("f32"),
      },
      uniforms: { classes: "u32", slots: "u32", width: "u32", count: "u32" },
      body: `${LINEAR_GROUP}
  if (group >= u.classes * u.slots) { return; }
  let k = group / u.slots;
  let slot = group % u.slots;
  var fresh = 0u;
  for (var j = 0u; j < u.count; j++) { fresh += select(0u, 1u, y[j] == i32(k)); }
  let old = u32(held[k]);
  let now = min(old + fresh, min(u32(limits[k]), u.slots));
  if (slot == 0u && li == 0u) { nextHeld[k] = f32(now); }
  let place = old + fresh - now + slot;
  var row = 0u;
  if (slot < now && place >= old) {
    var left = place - old;
    for (var j = 0u; j < u.count; j++) {
      if (y[j] != i32(k)) { continue; }
      if (left == 0u) { row = j; break; }
      left--;
    }
  }
  for (var d = li; d < u.width; d += 64u) {
    var value = 0.0;
    if (slot < now) {
      if (place < old) { value = queue[(k * u.slots + place) * u.width + d]; }
      else { value = x[row * u.width + d]; }
    }
    next[group * u.width + d] = value;
  }`,
    }));
}
