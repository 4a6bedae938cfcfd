import {
  defineKernel,
  inHalf,
  type Kernel,
  LINEAR_GROUP,
  memoKernel,
  type Precision,
  read,
  stored,
  write,
} from "../kernel.ts";
import { each, places, range, XYZW } from "../unroll.ts";
import { DIGITS } from "./digits.ts";

/** What changes the code of {@linkcode tiledConvKernel}. */
export interface TiledConvVariant {
  /** Output pixels of a workgroup. */
  readonly pixels: 128 | 64;
  /** Output channels of a workgroup. */
  readonly channels: 128 | 64 | 32 | 16;
  /** In which precision `x` lies in memory. */
  readonly from: Precision;
  /** In which precision `y` lies in memory. */
  readonly to: Precision;
  /** Whether the number of input channels is a multiple of four. */
  readonly vectorIn: boolean;
  /** Whether the number of output channels is a multiple of four. */
  readonly vectorOut: boolean;
  /**
   * Where the pixels lie: `pointwise` where each output pixel is of the input pixel of the same
   * number (1 × 1, no stride), `phase` where outputs lie apart in `y`, as those of a phase of an
   * input gradient do.
   */
  readonly reach: "window" | "pointwise" | "phase";
  /** What the products are added to: nothing, the tensor `plus`, or what `y` holds. */
  readonly onto: "nothing" | "plus" | "y";
}

/** Pixels of an invocation. */
const OWN = 8;

/** Quads of channels of an invocation: a workgroup has no more than 256 of them. */
function quadsOf({ channels }: TiledConvVariant): 2 | 1 {
  return channels === 128 ? 2 : 1;
}

/** Invocations that share a pixel. */
function acrossOf(variant: TiledConvVariant): number {
  return variant.channels / 4 / quadsOf(variant);
}

/**
 * Depth of a tile: elements of `k`, a tap and an input channel. With 16 channels an invocation
 * brings twice as much of `x` for as many products: at depth 16 registers spill on RDNA 3, but where
 * no windows take them. With 128 it would take more workgroup memory than every device has.
 */
function depthOf({ channels, reach }: TiledConvVariant): 16 | 8 {
  return channels === 128 || (channels === 16 && reach !== "pointwise") ? 8 : 16;
}

/** Uniforms of {@linkcode tiledConvKernel}. */
export const TILED_CONV_UNIFORMS = {
  pixels: "u32",
  inHeight: "u32",
  inWidth: "u32",
  inputs: "u32",
  top: "i32",
  left: "i32",
  tapRows: "u32",
  tapColumns: "u32",
  stride: "u32",
  biased: "u32",
  outputs: "u32",
  outHeight: "u32",
  outWidth: "u32",
  step: "u32",
  outTop: "u32",
  outLeft: "u32",
  height: "u32",
  width: "u32",
} as const;

/**
 * Convolution for GPUs as an implicit matrix product: rows are output pixels, columns output
 * channels, `k` goes over taps and input channels. A workgroup computes `pixels` × `channels` from
 * tiles in workgroup memory (13 KiB at most), an invocation 8 × 4 of it, or 8 × 8; pixels are
 * gathered while a tile is brought, zeros where they lie outside. Neighbouring invocations bring
 * neighbouring channels and write neighbouring channels.
 */
export function tiledConvKernel(
  variant: TiledConvVariant,
): Kernel<"x" | "w" | "bias" | "plus" | "y", keyof typeof TILED_CONV_UNIFORMS> {
  const { pixels, channels, from, to, vectorIn, vectorOut, reach, onto } = variant;
  const depth = depthOf(variant), result = stored(vectorOut ? "vec4f" : "f32", to);
  const key = `tiled conv ${pixels}x${channels}${vectorIn ? " vec4 in" : ""}${
    vectorOut ? " vec4 out" : ""
  }${reach === "window" ? "" : ` ${reach}`}${onto === "nothing" ? "" : ` onto ${onto}`}${
    inHalf(from, "from")
  }${inHalf(to, "to")}`;
  return memoKernel(key, () =>
    defineKernel({
      key,
      bindings: {
        x: read(stored(vectorIn ? "vec4f" : "f32", from)),
        w: read(vectorOut ? "vec4f" : "f32"),
        bias: read("vec4f"),
        plus: onto === "plus" ? read(result) : undefined,
        y: write(result),
      },
      uniforms: TILED_CONV_UNIFORMS,
      workgroup: [threads(variant)],
      // Two places more than there are rows, so that four quads of k do not meet in a bank.
      header: `var<workgroup> tileX: array<array<array<vec4f, ${pixels / OWN + 2}>, ${
        depth / 4
      }>, ${OWN}>;
var<workgroup> tileW: array<array<vec4f, ${channels / 4}>, ${Math.max(depth, weightRows(variant))}>;
${DIGITS}`,
      body: body(variant),
    }));
}

function threads(variant: TiledConvVariant): number {
  return variant.pixels / OWN * acrossOf(variant);
}

/** Rows of weights that all invocations bring at a time, a quad each. */
function weightRows(variant: TiledConvVariant): number {
  return threads(variant) / (variant.channels / 4);
}

function body(variant: TiledConvVariant): string {
  const { pixels, channels, vectorIn, vectorOut } = variant;
  const across = acrossOf(variant), quads = range(quadsOf(variant)), tile = depthOf(variant);
  const x = variant.reach === "pointwise" ? bringPoints(variant) : bringWindows(variant);
  const w = bringW(variant);
  const bring = (k: string) =>
    `${x.load}
    ${w.load(k)}`;
  return `${LINEAR_GROUP}
  let pixels = u.pixels; let pixel0 = group * ${pixels}u;
  if (pixel0 >= pixels) { return; }
  let inputs = u.inputs${vectorIn ? " / 4u" : ""}; let outputs = u.outputs${
    vectorOut ? " / 4u" : ""
  };
  let depth = u.tapRows * u.tapColumns * u.inputs;
  let row = li / ${across}u; let column = li % ${across}u;
  let quad0 = wid.z * ${channels / 4}u;
  ${x.begin}
  ${w.begin}
  ${
    quads.map((q) =>
      `var s0_${q} = vec4f(0);
  if (u.biased == 1u) { s0_${q} = bias[quad0 + column + ${q * across}u]; }
  ${range(OWN).slice(1).map((p) => `var s${p}_${q} = s0_${q};`).join(" ")}`
    ).join("\n  ")
  }
  ${bring("0u")}
  for (var k = 0u; k < depth; k += ${tile}u) {
    workgroupBarrier();
    ${x.store}
    ${w.store}
    workgroupBarrier();
    ${bring(`k + ${tile}u`)}
    ${each(tile / 4, (q) => products(variant, q))}
  }
  ${quads.map((q) => stores(variant, q)).join("\n  ")}`;
}

/** Statements that bring one of the operands: before the loop, into registers, into the tile. */
interface Bringing<Load> {
  readonly begin: string;
  readonly load: Load;
  readonly store: string;
}

/**
 * How elements of `x` come into the tile: an invocation brings a quad of `k` at some pixels, an
 * element each where the quad may reach over two taps.
 *
 * Loads have no condition: what is not there is read from place 0, and replaced by zeros as late as
 * in the store to the tile. A condition, or a `select` at once, makes the invocation wait for every
 * load before the products.
 */
function bringWindows(variant: TiledConvVariant): Bringing<string> {
  const { slots, parts, unit, quads, apart } = brought(variant);
  return {
    begin: `let inHeight = u.inHeight; let inWidth = u.inWidth; let tapRows = u.tapRows;
  let size = vec2u(u.width, u.height);
  let taps = vec2u(inputs, u.tapColumns);
  let tapStep = smallDigits(${4 * quads / unit}u, taps);
  ${
      parts.map((e) => `var tap${e} = smallDigits(li % ${quads}u * ${4 / unit}u + ${e}u, taps);`)
        .join(" ")
    }
  let pixelStep = smallDigits(${apart}u, size); var pixel = digits(pixel0 + li / ${quads}u, size);
  ${
      slots.map((j) =>
        `// Pixels beyond the last begin below every image.
  let y${j} = select(0x80000000u, pixel.y * u.stride + u32(u.top), pixel0 + li / ${quads}u + ${
          j * apart
        }u < pixels);
  let x${j} = pixel.x * u.stride + u32(u.left);
  let at${j} = ((pixel.z * inHeight + y${j}) * inWidth + x${j}) * inputs;
  pixel = advance(pixel, pixelStep, size, vec2u(1));`
      ).join("\n  ")
    }
  ${declared(variant)}`,
    load: parts.map((e) =>
      `{ let inside = tap${e}.z < tapRows;
      let reach = (tap${e}.z * inWidth + tap${e}.y) * inputs + tap${e}.x;
      ${
        slots.map((j) =>
          `is${j}_${e} = inside & (y${j} + tap${e}.z < inHeight) & (x${j} + tap${e}.y < inWidth);
      v${j}_${e} = x[select(0u, at${j} + reach, is${j}_${e})];`
        ).join("\n      ")
      }
      tap${e} = advance(tap${e}, tapStep, taps, vec2u(1)); }`
    ).join("\n    "),
    store: storeX(variant),
  };
}

/** The same where a pixel of `x` has the number of its pixel of `y`: nothing is taken apart. */
function bringPoints(variant: TiledConvVariant): Bringing<string> {
  const { slots, parts, unit, quads, apart } = brought(variant);
  return {
    begin: `var channel = li % ${quads}u * ${4 / unit}u;
  ${
      slots.map((j) =>
        `let p${j} = pixel0 + li / ${quads}u + ${j * apart}u;
  let at${j} = p${j} * inputs; let there${j} = p${j} < pixels;`
      ).join("\n  ")
    }
  ${declared(variant)}`,
    load: `${
      parts.map((e) =>
        `{ let input = channel + ${e}u; let inside = input < inputs;
      ${
          slots.map((j) =>
            `is${j}_${e} = inside & there${j};
      v${j}_${e} = x[select(0u, at${j} + input, is${j}_${e})];`
          ).join("\n      ")
        } }`
      ).join("\n    ")
    }
    channel += ${4 * quads / unit}u;`,
    store: storeX(variant),
  };
}

/** What of `x` an invocation brings: slots, each a quad of `k` of a pixel, in parts of a load each. */
function brought(variant: TiledConvVariant) {
  const { pixels, vectorIn } = variant;
  const quads = depthOf(variant) / 4, size = threads(variant);
  return {
    slots: range(pixels * quads / size),
    parts: range(vectorIn ? 1 : 4),
    /** Elements of a load. */
    unit: vectorIn ? 4 : 1,
    type: vectorIn ? "vec4f" as const : "f32" as const,
    /** Quads of the tile's depth. */
    quads,
    /** Pixels from one slot to the next, as such and in rows of the tile. */
    apart: size / quads,
    rowsApart: acrossOf(variant) / quads,
  };
}

function declared(variant: TiledConvVariant): string {
  const { slots, parts, type: single } = brought(variant), type = stored(single, variant.from);
  return places(slots.length, parts.length)
    .map(([j, e]) => `var v${j}_${e} = ${type}(0); var is${j}_${e} = false;`).join(" ");
}

function storeX(variant: TiledConvVariant): string {
  const { slots, parts, type, quads, rowsApart } = brought(variant);
  const down = variant.pixels / OWN;
  return slots.map((j) => {
    const values = parts.map((e) => `select(${type}(0), ${type}(v${j}_${e}), is${j}_${e})`);
    return `tileX[li / ${quads * down}u + ${
      j * rowsApart
    }u][li % ${quads}u][li / ${quads}u % ${down}u] = vec4f(${values.join(", ")});`;
  }).join("\n    ");
}

/**
 * How weights come into the tile. What lies beyond the last row or channel comes from there: a tile
 * of `x` has zeros for such rows, and such channels are not written.
 */
function bringW(variant: TiledConvVariant): Bringing<(k: string) => string> {
  const { channels, vectorOut } = variant;
  const rows = weightRows(variant), columns = channels / 4;
  // At depth 8 there may be invocations for more rows than the tile has use for.
  const slots = range(Math.ceil(depthOf(variant) / rows)), parts = range(vectorOut ? 1 : 4);
  const quad = "(quad0 + columnW)";
  const channel = (e: number) => vectorOut ? quad : `${quad} * 4u + ${e}u`;
  return {
    begin: `let rowW = li / ${columns}u; let columnW = li % ${columns}u;
  ${parts.map((e) => `let channel${e} = min(${channel(e)}, outputs - 1u);`).join(" ")}
  ${slots.map((j) => `var w${j} = vec4f(0);`).join(" ")}`,
    load: (k: string) =>
      slots.map((j) => {
        const at = `min(${k} + rowW + ${j * rows}u, depth - 1u) * outputs`;
        return `w${j} = vec4f(${parts.map((e) => `w[${at} + channel${e}]`).join(", ")});`;
      }).join("\n    "),
    store: slots.map((j) => `tileW[rowW + ${j * rows}u][columnW] = w${j};`).join("\n    "),
  };
}

/** Pixels whose operands are read before the first is used. */
const AHEAD = 4;

/**
 * Products of a quad of `k`. The first indices are constants, so that the compiler has no index to
 * clamp and one address serves all.
 */
function products(variant: TiledConvVariant, q: number): string {
  const across = acrossOf(variant), quads = range(quadsOf(variant));
  const groups = range(OWN / AHEAD).map((g) => {
    const own = range(AHEAD).map((i) => g * AHEAD + i);
    return [
      own.map((p) => `let a${p} = tileX[${p}][${q}][row];`).join(" "),
      ...own.flatMap((p) =>
        quads.map((r) =>
          range(4).reduce(
            (sum, b) => `fma(vec4f(a${p}.${XYZW[b]}), b${b}_${r}, ${sum})`,
            `s${p}_${r}`,
          )
        ).map((sum, r) => `s${p}_${r} = ${sum};`)
      ),
    ].join("\n      ");
  });
  const weights = places(4, quads.length).map(([b, r]) =>
    `let b${b}_${r} = tileW[${4 * q + b}][column + ${r * across}u];`
  );
  return `{ ${weights.join(" ")}
      ${groups.join("\n      ")} }`;
}

/**
 * Statements that write one of the quads of channels of an invocation, of each of its pixels. What they
 * are added to is read for all before the first is written, from place 0 where there is no pixel, so
 * that the reads do not wait for one another.
 */
function stores(variant: TiledConvVariant, q: number): string {
  const { pixels, to, vectorOut, reach, onto } = variant;
  const down = pixels / OWN, apart = reach === "phase";
  const channel = vectorOut ? "quad" : "quad * 4u";
  const begin = apart
    ? `let placeStep = smallDigits(${down}u, size); var place = digits(pixel0 + row, size);`
    : `let first = (pixel0 + row) * outputs + ${channel};`;
  const at = (p: number) =>
    apart
      ? `let to${p} = ((place.z * u.outHeight + place.y * u.step + u.outTop) * u.outWidth +
    place.x * u.step + u.outLeft) * outputs + ${channel};
  place = advance(place, placeStep, size, vec2u(1));`
      : `let to${p} = first + ${p * down}u * outputs;`;
  const before = (p: number, e = 0) => `${onto}[select(0u, to${p} + ${e}u, writes${p})]`;
  const sum = (p: number) =>
    onto === "nothing"
      ? `s${p}_${q}`
      : `s${p}_${q} + vec4f(${
        vectorOut ? before(p) : range(4).map((e) => before(p, e)).join(", ")
      })`;
  const put = (p: number) =>
    vectorOut
      ? `y[to${p}] = ${stored("vec4f", to)}(sum${p});`
      : XYZW.map((part, e) =>
        `if (quad * 4u + ${e}u < outputs) { y[to${p} + ${e}u] = ${
          stored("f32", to)
        }(sum${p}.${part}); }`
      )
        .join(" ");
  return `{ let quad = quad0 + column + ${q * acrossOf(variant)}u;
  if (${channel} >= outputs) { return; }
  ${begin}
  ${each(OWN, (p) => `${at(p)} let writes${p} = pixel0 + row + ${p * down}u < pixels;`)}
  ${each(OWN, (p) => `let sum${p} = ${sum(p)};`)}
  ${each(OWN, (p) => `if (writes${p}) { ${put(p)} }`)} }`;
}
