import { defineKernel, type Kernel, LINEAR_INDEX, memoKernel, read, write } from "../kernel.ts";

/**
 * Turns square images counter-clockwise by quarter turns of their own: x, turns, y. An invocation
 * moves one number; channels lie side by side, so reads of neighbours are neighbours.
 */
export function quarterTurnKernel(): Kernel {
  return memoKernel("augment-quarter-turn", (key) =>
    defineKernel({
      key,
      bindings: { x: read("f32"), turns: read("i32"), y: write("f32") },
      uniforms: { n: "u32", size: "u32", channels: "u32" },
      body: /* wgsl */ `${LINEAR_INDEX}
  if (i >= u.n) { return; }
  let row = i / u.channels;
  let column = row % u.size;
  let line = row / u.size % u.size;
  let image = row / (u.size * u.size);
  let last = u.size - 1u;
  var from_ = vec2u(line, column);
  switch (u32(turns[image]) & 3u) {
    case 1u: { from_ = vec2u(column, last - line); }
    case 2u: { from_ = vec2u(last - line, last - column); }
    case 3u: { from_ = vec2u(last - column, line); }
    default: {}
  }
  y[i] = x[((image * u.size + from_.x) * u.size + from_.y) * u.channels + i % u.channels];`,
    }));
}
