import { axisUniforms, defineKernel, type Kernel, memoKernel, read, write } from "../../kernel.ts";
import { PHILOX } from "../../random.ts";
import { DRAW_HELPERS, DRAW_RESIZED_CROP } from "./draw_box.ts";
import { DRAW_OPERATION } from "./draw_operation.ts";
import { Code, HEAD, Head, STEP } from "../program.ts";
import { Draw, SLOTS, STAGE } from "../view_table.ts";

/** The two words of a view's name. */
export type NameUniform = `low${number}` | `high${number}`;

/**
 * Draws the programs of all rows of `views` views, an invocation a row.
 *
 * Slot `s` of row `i` holds the words `4 (64 i + s)` and following of
 * `Random({ seed, step, name })`, name being the view's.
 *
 * Views are data in the table, not code, so one kernel serves all of them; whatever a view draws
 * from a finite set lies there as ready steps, computed on the host in doubles.
 */
export function drawProgramKernel(
  views: number,
): Kernel<
  "table" | "program",
  "images" | "rowWords" | "seedLow" | "seedHigh" | "step" | NameUniform
> {
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
        ...axisUniforms(views, (i) => [`low${i}`, `high${i}`]),
      },
      header: PHILOX + DRAW_HELPERS + DRAW_OPERATION + DRAW_RESIZED_CROP,
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
        program[to + ${STEP - 1}u] = bitcast<u32>(size);
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
      case ${Draw.shuffle}u: { drawShuffle(p, base, slot, name, to); }
      case ${Draw.policy}u: { drawPolicy(p, base, slot, name, to); }
      default: {}
    }
  }
  writeWindow(row + ${Head.window}u, table[base + 2u], x, y);
  program[row + ${Head.steps}u] = table[base + 1u];
  if (!hides) { for (var i = 0u; i < 4u; i++) { program[row + ${Head.box}u + i] = 0u; } }
  for (var i = 0u; i < 6u; i++) { program[row + ${Head.scale}u + i] = table[base + 4u + i]; }
`;
