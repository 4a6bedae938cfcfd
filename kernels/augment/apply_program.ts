import { defineKernel, type Kernel, memoKernel, read, write } from "../kernel.ts";
import { PHILOX } from "../random.ts";
import { BLUR } from "./steps/blur.ts";
import { ENHANCE } from "./steps/enhance.ts";
import { GEOMETRY, MOVES } from "./steps/geometry.ts";
import { pixelFunctions, type PixelMemory } from "./steps/pixels.ts";
import { HUE } from "./steps/hue.ts";
import { MIXED_AFFINE } from "./steps/mixed_affine.ts";
import { Code, HEAD, Head, STEP } from "./program.ts";
import { RESAMPLE } from "./steps/resample.ts";
import { STRETCH } from "./steps/stretch.ts";
import { TONES } from "./steps/tones.ts";

/** What changes the code of {@linkcode applyProgramKernel}. */
export interface ApplyProgramOptions {
  /** `none` if no program has steps. */
  readonly memory: PixelMemory;
  /** Words of each of the two areas in workgroup memory. */
  readonly capacity: number;
  /** Normalised f32, or the bytes before normalisation as one word a pixel, hidden ones the mean. */
  readonly output: "f32" | "pixels";
  /** Invocations of a workgroup, at least 8. */
  readonly workgroup: number;
  /** All kinds of steps that the programs may have; of no others the kernel knows. */
  readonly codes: readonly number[];
}

/**
 * Follows the programs of all images: bytes in, normalised f32 out. `scratch` is only bound where
 * pixels are kept there.
 *
 * A workgroup does one image from its bytes to the last float, then the next one; its invocations
 * share the pixels of each step. So an image is read once and written once whatever is done to it,
 * statistics of a whole image need only a workgroup's barriers (15 to 19 ns on a software adapter),
 * and a batch is one dispatch although its images take different ways. In between a pixel is one
 * word in one of two areas that steps read and write in turn; steps that leave pixels where they
 * are work in place, and the last window (all there is to a weak view) is looked through on the way
 * out. Both areas fit in workgroup memory up to 39 px within WebGPU's defaults and up to 74 px where
 * the adapter has 48 KiB; above that they lie in a scratch buffer, whose loads and stores are not
 * dearer on a software adapter and mostly cached on a GPU.
 *
 * llvmpipe runs every case of the switch once for each 8 invocations of a group, masked, whichever
 * one is taken. Groups of 8 spare all but one of these runs: a strong view of 32 px takes 58 µs of
 * CPU time with 8, 63 with 16, 79 with 32, 113 with 64. GPUs hide latency with large groups. For the
 * same reason a kernel has the cases of its views' steps only.
 */
export function applyProgramKernel(
  { memory, capacity, output, workgroup, codes }: ApplyProgramOptions,
): Kernel<
  "images" | "indices" | "program" | "table" | "scratch" | "out",
  | "rows"
  | "images"
  | "rowWords"
  | "height"
  | "width"
  | "outHeight"
  | "outWidth"
  | "capacity"
  | "zero"
> {
  const size = memory === "workgroup" ? capacity : 0;
  const known = [...new Set(codes)].sort((a, b) => a - b);
  return memoKernel(
    `augment-apply/${memory}/${size}/${output}/${workgroup}/${known.join(".")}`,
    (key) =>
      defineKernel({
        key,
        bindings: {
          images: read("u32"),
          indices: read("i32"),
          program: read("u32"),
          table: read("u32"),
          scratch: memory === "scratch" ? write("u32") : undefined,
          out: write(output === "f32" ? "f32" : "u32"),
        },
        uniforms: {
          rows: "u32",
          images: "u32",
          rowWords: "u32",
          height: "u32",
          width: "u32",
          outHeight: "u32",
          outWidth: "u32",
          capacity: "u32",
          zero: "u32",
        },
        workgroup: [workgroup],
        header: `const WORKGROUP = ${workgroup}u;\n${header(memory, capacity)}`,
        body: body({ output, memory, steps: memory === "none" ? "" : stepsOf(known) }),
      }),
  );
}

function header(memory: PixelMemory, capacity: number): string {
  const common = `${pixelFunctions(memory, capacity)}${GEOMETRY}${NORMALIZATION}`;
  if (memory === "none") return common;
  return /* wgsl */ `
var<workgroup> bins: array<atomic<u32>, 771>;
var<workgroup> tones: array<u32, 256>;
${common}${MOVES}${MIXED_AFFINE}${RESAMPLE}${ENHANCE}${HUE}${BLUR}${PHILOX}${STRETCH}${TONES}
fn magnitude(at: u32) -> f32 { return bitcast<f32>(program[at]); }
`;
}

const NORMALIZATION = /* wgsl */ `
fn normalization(at: u32) -> vec3f {
  return vec3f(bitcast<f32>(program[at]), bitcast<f32>(program[at + 1u]), bitcast<f32>(program[at + 2u]));
}
`;

/** What a step of each kind does; `moved` says whether it leaves its result in the other area. */
const CASES: Readonly<Record<number, string>> = {
  [Code.window]: `
          window(p, k == 0u, start, size, li, here, there);
          size = Size(i32(program[p + 3u]), i32(program[p + 4u]));`,
  [Code.resizeColumns]: `
          resizeColumns(p, k == 0u, start, size, li, here, there);
          size = Size(i32(program[p + 5u]), i32(program[p + 4u]));`,
  [Code.resizeRows]: `
          resizeRows(p, size, li, here, there);
          size.h = i32(program[p + 2u]);`,
  [Code.affine]: "affine(p, size, li, here, there);",
  [Code.affineBilinear]: "mixedAffine(p, false, size, li, here, there);",
  [Code.affineBicubic]: "mixedAffine(p, true, size, li, here, there);",
  [Code.sharpness]: "sharpness(magnitude(p), size, li, here, there);",
  [Code.brightness]: "moved = false; brightness(magnitude(p), size, li, here);",
  [Code.color]: "moved = false; color(magnitude(p), size, li, here);",
  [Code.contrast]: "moved = false; contrast(magnitude(p), size, li, here);",
  [Code.posterize]: "moved = false; posterize(program[p], size, li, here);",
  [Code.solarize]:
    "moved = false; solarize(i32(program[p]), i32(program[p + 1u]), size, li, here);",
  [Code.addBelow]:
    "moved = false; addBelow(i32(program[p]), i32(program[p + 1u]), size, li, here);",
  [Code.autoContrast]: "moved = false; autoContrast(size, li, here);",
  [Code.equalize]: "moved = false; equalize(size, li, here);",
  [Code.hue]: "moved = false; hue(program[p], size, li, here);",
  // Six blurs from area to area: the last one is in the first again.
  [Code.blur]: "moved = false; blur(magnitude(p), size, li, here, there);",
  [Code.box]: "moved = false; box(p, size, li, here);",
};

/** WGSL that follows the steps of a program. */
function stepsOf(codes: readonly number[]): string {
  const cases = codes.flatMap((code) =>
    code in CASES ? [`        case ${code}u: { ${CASES[code]} }`] : []
  );
  return /* wgsl */ `
    var here = 0u;
    var there = u.capacity;
    for (var k = 0u; k < steps; k++) {
      let step = at + ${HEAD}u + k * ${STEP}u;
      let p = step + 1u;
      var moved = true;
      switch (program[step] & 0xffu) {
${cases.join("\n")}
        default: { moved = false; }
      }
      if (moved) { let old = here; here = there; there = old; }
      barrier();
    }
`;
}

function body({ output, memory, steps }: {
  readonly output: "f32" | "pixels";
  readonly memory: PixelMemory;
  readonly steps: string;
}): string {
  const inMemory = memory !== "none", inScratch = memory === "scratch";
  return /* wgsl */ `
  let group = wid.y * nwg.x + wid.x;
  ${inScratch ? "area = 2u * group * u.capacity;" : ""}
  for (var row = group; row < u.rows; row += nwg.x * nwg.y) {
    let at = row * u.rowWords;
    let start = u32(indices[row % u.images]) * u.height * u.width * 3u;
    let steps = program[at + ${Head.steps}u];
    var size = Size(i32(u.height), i32(u.width));
${steps}
    let pixels = u.outHeight * u.outWidth;
    let hidden = at + ${Head.box}u;
    let y1 = i32(program[hidden]); let y2 = i32(program[hidden + 1u]);
    let x1 = i32(program[hidden + 2u]); let x2 = i32(program[hidden + 3u]);
    let scale = normalization(at + ${Head.scale}u);
    let bias = normalization(at + ${Head.bias}u);
    for (var i = li; i < pixels; i += WORKGROUP) {
      let p = place(i, u.outWidth);
      let q = throughWindow(at + ${Head.window}u, p, size);
      let isHidden = p.y >= y1 && p.y < y2 && p.x >= x1 && p.x < x2;
      var pixel = 0u;
      if (q.x >= 0) {
        let j = u32(q.y * size.w + q.x);
        ${
    inMemory
      ? "if (steps == 0u) { pixel = fetch(start, j); } else { pixel = pixelAt(here + j); }"
      : "pixel = fetch(start, j);"
  }
      }
      ${
    output === "pixels"
      ? `
      if (isHidden) { pixel = pack(vec3u(clamp(-bias / scale + 0.5, vec3f(0), vec3f(255)))); }
      out[row * pixels + i] = pixel;`
      : `
      var value = scale * vec3f(unpack(pixel)) + bias;
      if (isHidden) { value = vec3f(0); }
      let to = 3u * (row * pixels + i);
      out[to] = value.x; out[to + 1u] = value.y; out[to + 2u] = value.z;`
  }
    }
    ${inMemory ? "barrier();" : ""}
  }
`;
}
