import { Code, STEP, Window } from "../program.ts";
import { TRIES } from "../view_table.ts";

/** WGSL that reads the table, draws words and writes steps. */
export const DRAW_HELPERS: string = /* wgsl */ `
fn float(at: u32) -> f32 { return bitcast<f32>(table[at]); }
fn between(at: u32, word: u32) -> f32 {
  let least = float(at);
  return least + (float(at + 1u) - least) * unit(word);
}
fn copyStep(at: u32, to: u32) {
  for (var i = 0u; i < ${STEP}u; i++) { program[to + i] = table[at + i]; }
}
fn words(slot: u32, name: vec2u) -> vec4u {
  return philox(vec4u(slot, u.step, name), vec2u(u.seedLow, u.seedHigh));
}
// First and last place of a box along one axis, both inclusive, as Pillow's callers compute them.
fn side(word: u32, least: f32, size: f32, extent: u32) -> vec2i {
  let whole = f32(extent);
  let start = trunc(max(0.0, whole + (least - whole) * unit(word) - size / 2.0));
  return vec2i(i32(start), i32(min(whole, start + size)));
}
fn writeWindow(to: u32, flags: u32, x: vec2i, y: vec2i) {
  program[to] = flags | select(0u, ${Window.flipX}u, x.y < 0) | select(0u, ${Window.flipY}u, y.y < 0);
  program[to + 1u] = u32(x.x); program[to + 2u] = u32(y.x);
}
// The sizes of the box are what is read back.
fn writeResize(to: u32, box: vec4u, columns: vec2u, rows: vec2u, size: vec2u) {
  program[to] = ${Code.resizeColumns}u;
  program[to + 1u] = box.x; program[to + 2u] = box.y;
  program[to + 3u] = columns.x; program[to + 4u] = columns.y;
  program[to + 5u] = size.x; program[to + 6u] = box.w;
  program[to + ${STEP - 1}u] = bitcast<u32>(f32(box.z));
  program[to + ${STEP}u] = ${Code.resizeRows}u;
  program[to + ${STEP + 1}u] = rows.x; program[to + ${STEP + 2}u] = rows.y;
  program[to + ${STEP + 3}u] = size.y;
  program[to + ${2 * STEP - 1}u] = bitcast<u32>(f32(box.w));
}
fn writeBox(to: u32, x: vec2i, y: vec2i, colour: u32) {
  program[to + 1u] = u32(x.x); program[to + 2u] = u32(y.x);
  program[to + 3u] = u32(x.y); program[to + 4u] = u32(y.y);
  program[to + 5u] = colour;
}
`;

/** WGSL that draws the box of a random resized crop. */
export const DRAW_RESIZED_CROP: string = /* wgsl */ `
// torchvision's RandomResizedCrop: tries of area and ratio, else the largest central crop.
fn drawResizedCrop(stage: u32, base: u32, slot: u32, name: vec2u, to: u32) {
  let h = table[stage]; let w = table[stage + 1u]; let size = table[stage + 2u];
  let least = exp(float(stage + 5u)); let greatest = exp(float(stage + 6u));
  var box = vec2u(w, h);
  if (f32(w) < least * f32(h)) { box.y = u32(round(f32(w) / least)); }
  if (f32(w) > greatest * f32(h)) { box.x = u32(round(f32(h) * greatest)); }
  var corner = (vec2u(w, h) - box) / 2u;
  for (var i = 0u; i < ${TRIES}u; i++) {
    let bits = words(slot + i, name);
    let area = f32(h * w) * between(stage + 3u, bits.x);
    let ratio = exp(between(stage + 5u, bits.y));
    let tried = vec2u(u32(round(sqrt(area * ratio))), u32(round(sqrt(area / ratio))));
    if (all(tried > vec2u(0)) && tried.x <= w && tried.y <= h) {
      box = tried;
      corner = vec2u(below(bits.z, w - tried.x + 1u), below(bits.w, h - tried.y + 1u));
      break;
    }
  }
  let taps = table[stage + 8u];
  let weights = base + table[stage + 7u];
  let record = size * (taps + 2u);
  writeResize(
    to, vec4u(corner, box), vec2u(weights + (box.x - 1u) * record, taps),
    vec2u(weights + (box.y - 1u) * record, taps), vec2u(size),
  );
}
`;
