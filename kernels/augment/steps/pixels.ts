/**
 * WGSL of pixels. A pixel is a word, red in its lowest byte. The images of a workgroup lie in two
 * areas of `u.capacity` words: in workgroup memory where both fit, else in a scratch buffer.
 */

/** Where the two areas of a workgroup lie. */
export type PixelMemory = "none" | "workgroup" | "scratch";

/** Functions on pixels, `pixelAt` and `setPixel` on areas, and `barrier`, which makes writes visible. */
export function pixelFunctions(memory: PixelMemory, capacity: number): string {
  const functions = {
    none: "",
    workgroup: /* wgsl */ `
var<workgroup> areas: array<u32, ${2 * capacity}>;
fn pixelAt(i: u32) -> u32 { return areas[i]; }
fn setPixel(i: u32, pixel: u32) { areas[i] = pixel; }
fn barrier() { workgroupBarrier(); }
`,
    scratch: /* wgsl */ `
var<private> area: u32;
fn pixelAt(i: u32) -> u32 { return scratch[area + i]; }
fn setPixel(i: u32, pixel: u32) { scratch[area + i] = pixel; }
fn barrier() { storageBarrier(); workgroupBarrier(); }
`,
  };
  return COMMON + functions[memory];
}

const COMMON = /* wgsl */ `
fn pack(v: vec3u) -> u32 { return v.x | (v.y << 8u) | (v.z << 16u); }
fn unpack(pixel: u32) -> vec3u {
  return vec3u(pixel & 0xffu, (pixel >> 8u) & 0xffu, (pixel >> 16u) & 0xffu);
}

// Row and column of pixel i in rows of w. The float quotient is exact below 2^21 pixels and three
// times as fast as a division on a software adapter.
fn place(i: u32, w: u32) -> vec2i {
  let y = u32((f32(i) + 0.5) / f32(w));
  return vec2i(i32(i - y * w), i32(y));
}

// Pixel i of the image whose bytes begin at start. It may straddle two words; where it does not,
// both are the same and what the second puts in is in place already or cut off.
fn fetch(start: u32, i: u32) -> u32 {
  let at = start + 3u * i;
  let shift = 8u * (at & 3u);
  let upper = images[(at + 2u) >> 2u];
  return ((images[at >> 2u] >> shift) | (upper << ((32u - shift) & 31u))) & 0xffffffu;
}
`;
