import { Code, SKIPPED, STEP } from "../program.ts";
import { ENTRY, Flag, Law } from "../view_table.ts";

/** WGSL that draws operations: which, how much, whether they are applied. */
export const DRAW_OPERATION: string = /* wgsl */ `
fn writeAffine(to: u32, a: i32, b: i32, x: i32, d: i32, e: i32, y: i32) {
  program[to + 1u] = u32(a); program[to + 2u] = u32(b); program[to + 3u] = u32(x);
  program[to + 4u] = u32(d); program[to + 5u] = u32(e); program[to + 6u] = u32(y);
}
// Whole pixels where the nearest one is taken.
fn shift(v: f32, to: u32) -> i32 {
  return fixed(select(v, floor(v + 0.5), (program[to] & 0xffu) == ${Code.affine}u) + 0.5);
}
fn fixed(v: f32) -> i32 { return i32(floor(v * 65536.0 + 0.5)); }

// Draws how much of an operation, and whether it is applied: words y, z and w of a slot. Coins are
// the last bits of w, which numbers with a fraction do not use.
fn drawEntry(entry: u32, base: u32, slot: u32, name: vec2u, size: vec2u, to: u32) {
  let bits = words(slot, name);
  let height = size.x; let width = size.y;
  let at = entry + 2u;
  let ranged = table[entry + 1u] != ${Law.steps}u && table[entry + 1u] != ${Law.box}u;
  program[to] = table[entry];
  var v = 0.0;
  if (ranged) {
    let flags = table[at + 2u];
    var share = unit(bits.y);
    if ((flags & ${Flag.normal}u) != 0u) {
      let deviate = sqrt(-2.0 * log(1.0 - share)) * cos(6.2831853 * unit(bits.w));
      share = clamp(float(at + 4u) + float(at + 5u) * deviate, 0.0, 1.0);
    }
    v = float(at) + (float(at + 1u) - float(at)) * share;
    if ((flags & ${Flag.whole}u) != 0u) { v = trunc(v); }
    if ((flags & ${Flag.signed}u & bits.w) != 0u) { v = -v; }
    if ((flags & ${Flag.mixed}u & bits.w) != 0u) { program[to] += ${
  Code.affineBicubic - Code.affineBilinear
}u; }
    program[to + 7u] = table[at + 3u];
    for (var i = 8u; i < ${STEP - 1}u; i++) { program[to + i] = 0u; }
    program[to + ${STEP - 1}u] = bitcast<u32>(v);
  }
  switch (table[entry + 1u]) {
    case ${Law.steps}u: {
      copyStep(base + table[at + 1u] + ${STEP}u * below(bits.y, table[at]), to);
    }
    case ${Law.factor}u: { program[to + 1u] = bitcast<u32>(v); }
    case ${Law.bits}u: { program[to + 1u] = 256u - (1u << (8u - min(u32(v), 8u))); }
    case ${Law.threshold}u: { program[to + 1u] = 0u; program[to + 2u] = u32(ceil(v)); }
    case ${Law.addend}u: { program[to + 1u] = u32(i32(floor(v))); program[to + 2u] = 128u; }
    case ${Law.shiftX}u: { writeAffine(to, 65536, 0, shift(v, to), 0, 65536, 32768); }
    case ${Law.shiftY}u: { writeAffine(to, 65536, 0, 32768, 0, 65536, shift(v, to)); }
    case ${Law.shearX}u: { writeAffine(to, 65536, fixed(v), fixed(0.5 + v / 2.0), 0, 65536, 32768); }
    case ${Law.shearY}u: { writeAffine(to, 65536, 0, 32768, fixed(v), 65536, fixed(0.5 + v / 2.0)); }
    case ${Law.rotate}u: {
      let c = fixed(cos(radians(v))); let s = fixed(sin(radians(v)));
      let w = i32(width); let h = i32(height);
      writeAffine(
        to, c, -s, (w * (65536 - c) + h * s + c - s) / 2, s, c, (h * (65536 - c) - w * s + c + s) / 2,
      );
    }
    case ${Law.hue}u: { program[to + 1u] = u32(i32(trunc(255.0 * v))) & 255u; }
    case ${Law.box}u: {
      let size = float(base + table[at + 1u] + below(bits.y, table[at]));
      let centre = words(slot + 1u, name);
      let least = float(at + 3u);
      writeBox(
        to, side(centre.x, least, size, width), side(centre.y, least, size, height),
        table[at + 2u],
      );
      program[to + ${STEP - 1}u] = bitcast<u32>(size);
    }
    default: {}
  }
  if (unit(bits.z) >= float(entry + ${ENTRY - 1}u)) { skip(to); }
}

fn drawOperation(stage: u32, base: u32, slot: u32, name: vec2u, to: u32) {
  let chosen = below(words(slot, name).x, table[stage + 1u]);
  let size = vec2u(table[stage + 2u], table[stage + 3u]);
  drawEntry(base + table[stage] + ${ENTRY}u * chosen, base, slot, name, size, to);
}

// The order is shuffled with the first slot, whose first word is the coin for all; each operation has
// one of the next.
fn drawShuffle(stage: u32, base: u32, slot: u32, name: vec2u, to: u32) {
  var bits = words(slot, name);
  var order = vec4u(0u, 1u, 2u, 3u);
  let n = table[stage + 1u];
  let size = vec2u(table[stage + 2u], table[stage + 3u]);
  for (var i = n - 1u; i > 0u; i--) {
    let j = below(bits[i], i + 1u);
    let other = order[j];
    order[j] = order[i];
    order[i] = other;
  }
  for (var i = 0u; i < n; i++) {
    let entry = base + table[stage] + ${ENTRY}u * order[i];
    let at = to + i * ${STEP}u;
    drawEntry(entry, base, slot + 1u + i, name, size, at);
    if (unit(bits.x) >= float(stage + 4u)) { skip(at); }
  }
}

// A skipped operation stays readable: its code is none, its index and magnitude are kept.
fn skip(to: u32) { program[to] = (program[to] & 0xff00u) | ${SKIPPED}u; }

fn drawPolicy(stage: u32, base: u32, slot: u32, name: vec2u, to: u32) {
  let count = table[stage + 2u];
  let first = below(words(slot, name).x, table[stage + 1u]) * count;
  let size = vec2u(table[stage + 3u], table[stage + 4u]);
  for (var i = 0u; i < count; i++) {
    let entry = base + table[stage] + ${ENTRY}u * (first + i);
    drawEntry(entry, base, slot + 1u + 2u * i, name, size, to + i * ${STEP}u);
  }
}
`;
