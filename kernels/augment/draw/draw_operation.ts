import { SKIPPED, STEP } from "../program.ts";
import { ENTRY, Law } from "../view_table.ts";

/** WGSL that draws one operation of RandAugment: which, how much, whether it is applied. */
export const DRAW_OPERATION: string = /* wgsl */ `
fn writeAffine(to: u32, a: i32, b: i32, x: i32, d: i32, e: i32, y: i32) {
  program[to + 1u] = u32(a); program[to + 2u] = u32(b); program[to + 3u] = u32(x);
  program[to + 4u] = u32(d); program[to + 5u] = u32(e); program[to + 6u] = u32(y);
}
fn fixed(v: f32) -> i32 { return i32(floor(v * 65536.0 + 0.5)); }

fn drawOperation(stage: u32, base: u32, slot: u32, name: vec2u, to: u32) {
  let bits = words(slot, name);
  let entry = base + table[stage] + ${ENTRY}u * below(bits.x, table[stage + 1u]);
  let height = table[stage + 3u]; let width = table[stage + 4u];
  let at = entry + 2u;
  program[to] = table[entry];
  let v = between(at, bits.y);
  switch (table[entry + 1u]) {
    case ${Law.steps}u: {
      copyStep(base + table[at + 1u] + ${STEP}u * below(bits.y, table[at]), to);
    }
    case ${Law.factor}u: { program[to + 1u] = bitcast<u32>(v); }
    case ${Law.bits}u: { program[to + 1u] = 256u - (1u << (8u - min(u32(v), 8u))); }
    case ${Law.threshold}u: { program[to + 1u] = 0u; program[to + 2u] = u32(ceil(v)); }
    case ${Law.addend}u: { program[to + 1u] = u32(i32(floor(v))); program[to + 2u] = 128u; }
    case ${Law.shiftX}u: {
      writeAffine(to, 65536, 0, i32(floor(v + 0.5)) * 65536 + 32768, 0, 65536, 32768);
    }
    case ${Law.shiftY}u: {
      writeAffine(to, 65536, 0, 32768, 0, 65536, i32(floor(v + 0.5)) * 65536 + 32768);
    }
    case ${Law.shearX}u: { writeAffine(to, 65536, fixed(v), fixed(0.5 + v / 2.0), 0, 65536, 32768); }
    case ${Law.shearY}u: { writeAffine(to, 65536, 0, 32768, fixed(v), 65536, fixed(0.5 + v / 2.0)); }
    case ${Law.rotate}u: {
      let c = fixed(cos(radians(v))); let s = fixed(sin(radians(v)));
      let w = i32(width); let h = i32(height);
      writeAffine(
        to, c, -s, (w * (65536 - c) + h * s + c - s) / 2, s, c, (h * (65536 - c) - w * s + c + s) / 2,
      );
    }
    case ${Law.box}u: {
      let size = float(base + table[at + 1u] + below(bits.y, table[at]));
      let centre = words(slot + 1u, name);
      let least = float(at + 3u);
      writeBox(
        to, side(centre.x, least, size, width), side(centre.y, least, size, height),
        table[at + 2u],
      );
      program[to + 7u] = bitcast<u32>(size);
    }
    default: {}
  }
  if (table[entry + 1u] != ${Law.steps}u && table[entry + 1u] != ${Law.box}u) {
    program[to + 7u] = bitcast<u32>(v);
  }
  // A skipped operation stays readable: its code is none, its index and magnitude are kept.
  if (unit(bits.z) >= float(stage + 2u)) {
    program[to] = (program[to] & 0xff00u) | ${SKIPPED}u;
  }
}
`;
