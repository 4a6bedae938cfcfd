import { defineKernel, type Kernel, memoKernel, read, write } from "../kernel.ts";
import { PHILOX } from "../random.ts";
import { Code, HEAD, Head, SKIPPED, STEP, Window } from "./program.ts";

/** Words of a stage in the table that {@linkcode drawKernel} reads: `[kind, slot, step, parameters]`. */
export const STAGE = 13;

/**
 * Words of a view's head: `[stages, steps, flags of the last window, place of the stages, scale × 3,
 * bias × 3]`. All places count from the view's start.
 */
export const VIEW = 10;

/** Words of an operation in a pool: `[first word of its step, law, parameters]`. */
export const ENTRY = 6;

/** Kinds of stages. Sizes are those of the image as the stage finds it. */
export const Draw = {
  /** `[axis, probability, size - 1]` */
  flip: 0,
  /** `[first x, number of x, first y, number of y]`; the first may be below 0. */
  crop: 1,
  /** `[flags, height, width]`: makes a step of the flips and crops so far. */
  window: 2,
  /**
   * `[weights, taps, weights, taps, height, new width, new height, left, top, width]`: two steps
   * that resize a box, columns first.
   */
  resize: 3,
  /** `[pool, operations in it, probability, height, width]` */
  operation: 4,
  /** `[least size, greatest size, least centre, colour, height, width]` */
  cutout: 5,
  /** `[height, width, size, least scale, greatest, least log ratio, greatest, weights, taps]` */
  resizedCrop: 6,
  /** `[length, first y, number of y, first x, number of x, height, width]`: a normalised box. */
  hide: 7,
  /** `[place]`: a step that is always the same. */
  step: 8,
} as const;

/** Laws of an operation's magnitude. */
export const Law = {
  /** `[number, place]`: one of these steps. */
  steps: 0,
  /** `[least, greatest]` for all below: the parameter is the magnitude itself, */
  factor: 1,
  /** bits to keep, truncated, */
  bits: 2,
  /** a threshold, */
  threshold: 3,
  /** an addend, rounded down, */
  addend: 4,
  /** a shift in pixels along x or y, */
  shiftX: 5,
  shiftY: 6,
  /** a shear along x or y, */
  shearX: 7,
  shearY: 8,
  /** an angle in degrees. */
  rotate: 9,
  /** `[number, place, colour, least centre]`: a filled box of one of these sizes. */
  box: 10,
} as const;

/** Slots of four random words that a row of a view has. */
export const SLOTS = 64;

/** Tries of a random resized crop, each a slot. */
export const TRIES = 10;

/** Largest number of views in one dispatch. */
export const MAX_VIEWS = 8;

/**
 * Draws the programs of all rows of `views` views, an invocation a row.
 *
 * Arguments: table, program. Slot `s` of row `i` holds the words `4 (64 i + s)` and following of
 * `Random({ seed, step, name })`, name being the view's.
 *
 * Recipes are data in the table, not code, so one kernel serves all of them; whatever a recipe draws
 * from a finite set lies there as ready steps, computed on the host in doubles.
 */
export function drawKernel(views: number): Kernel {
  const names = Array.from({ length: views }, (_, i) => i);
  return memoKernel(`augment-draw/${views}`, (key) =>
    defineKernel({
      key,
      bindings: { table: read("u32"), program: write("u32") },
      uniforms: {
        images: "u32",
        rowWords: "u32",
        seedLow: "u32",
        seedHigh: "u32",
        step: "u32",
        ...Object.fromEntries(
          names.flatMap((i) => [[`low${i}`, "u32"], [`high${i}`, "u32"]] as const),
        ),
      },
      header: PHILOX + HELPERS + OPERATION + RESIZED_CROP,
      body: /* wgsl */ `
  if (gid.x >= u.images) { return; }
  let row = (wid.y * u.images + gid.x) * u.rowWords;
  var name: vec2u;
  switch (wid.y) {
    ${names.map((i) => `case ${i}u: { name = vec2u(u.low${i}, u.high${i}); }`).join("\n    ")}
    default: {}
  }
${BODY}`,
    }));
}

const HELPERS = /* wgsl */ `
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
  program[to + 7u] = bitcast<u32>(f32(box.z));
  program[to + ${STEP}u] = ${Code.resizeRows}u;
  program[to + ${STEP + 1}u] = rows.x; program[to + ${STEP + 2}u] = rows.y;
  program[to + ${STEP + 3}u] = size.y;
  program[to + ${STEP + 7}u] = bitcast<u32>(f32(box.w));
}
fn writeBox(to: u32, x: vec2i, y: vec2i, colour: u32) {
  program[to + 1u] = u32(x.x); program[to + 2u] = u32(y.x);
  program[to + 3u] = u32(x.y); program[to + 4u] = u32(y.y);
  program[to + 5u] = colour;
}
`;

const OPERATION = /* wgsl */ `
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

const RESIZED_CROP = /* wgsl */ `
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

const BODY = /* wgsl */ `
  let base = table[wid.y];
  // Pixel (i, j) of the image so far is pixel (x.x + x.y i, y.x + y.y j) of the image before it.
  var x = vec2i(0, 1);
  var y = vec2i(0, 1);
  var hides = false;
  for (var s = 0u; s < table[base]; s++) {
    let stage = base + table[base + 3u] + s * ${STAGE}u;
    let slot = gid.x * ${SLOTS}u + table[stage + 1u];
    let to = row + ${HEAD}u + table[stage + 2u] * ${STEP}u;
    let p = stage + 3u;
    switch (table[stage]) {
      case ${Draw.flip}u: {
        if (unit(words(slot, name).x) < float(p + 1u)) {
          let last = i32(table[p + 2u]);
          if (table[p] == 0u) { x = vec2i(x.x + x.y * last, -x.y); }
          else { y = vec2i(y.x + y.y * last, -y.y); }
        }
      }
      case ${Draw.crop}u: {
        let bits = words(slot, name);
        x.x += x.y * (i32(table[p]) + i32(below(bits.x, table[p + 1u])));
        y.x += y.y * (i32(table[p + 2u]) + i32(below(bits.y, table[p + 3u])));
      }
      case ${Draw.window}u: {
        program[to] = ${Code.window}u;
        writeWindow(to + 1u, table[p], x, y);
        program[to + 4u] = table[p + 1u];
        program[to + 5u] = table[p + 2u];
        x = vec2i(0, 1);
        y = vec2i(0, 1);
      }
      case ${Draw.resize}u: {
        let columns = vec2u(base + table[p], table[p + 1u]);
        let rows = vec2u(base + table[p + 2u], table[p + 3u]);
        let box = vec4u(table[p + 7u], table[p + 8u], table[p + 9u], table[p + 4u]);
        writeResize(to, box, columns, rows, vec2u(table[p + 5u], table[p + 6u]));
      }
      case ${Draw.operation}u: { drawOperation(p, base, slot, name, to); }
      case ${Draw.cutout}u: {
        let bits = words(slot, name);
        let size = between(p, bits.x);
        let least = float(p + 2u);
        program[to] = select(${Code.none}u, ${Code.box}u, size > 0.0);
        writeBox(
          to, side(bits.y, least, size, table[p + 5u]), side(bits.z, least, size, table[p + 4u]),
          table[p + 3u],
        );
        program[to + 7u] = bitcast<u32>(size);
      }
      case ${Draw.resizedCrop}u: { drawResizedCrop(p, base, slot, name, to); }
      case ${Draw.hide}u: {
        let bits = words(slot, name);
        let half = i32(table[p] / 2u);
        let h = i32(table[p + 5u]);
        let w = i32(table[p + 6u]);
        let cy = i32(table[p + 1u] + below(bits.x, table[p + 2u]));
        let cx = i32(table[p + 3u] + below(bits.y, table[p + 4u]));
        let box = row + ${Head.box}u;
        program[box] = u32(clamp(cy - half, 0, h));
        program[box + 1u] = u32(clamp(cy + half, 0, h));
        program[box + 2u] = u32(clamp(cx - half, 0, w));
        program[box + 3u] = u32(clamp(cx + half, 0, w));
        hides = true;
      }
      case ${Draw.step}u: { copyStep(base + table[p], to); }
      default: {}
    }
  }
  writeWindow(row + ${Head.window}u, table[base + 2u], x, y);
  program[row + ${Head.steps}u] = table[base + 1u];
  if (!hides) { for (var i = 0u; i < 4u; i++) { program[row + ${Head.box}u + i] = 0u; } }
  for (var i = 0u; i < 6u; i++) { program[row + ${Head.scale}u + i] = table[base + 4u + i]; }
`;
