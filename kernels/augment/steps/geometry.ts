/**
 * WGSL of moves of pixels: windows (flips and crops), affine maps with the nearest neighbour, and
 * filled boxes. All of them read the area at `here` and write the one at `there`, except where said.
 */
export const GEOMETRY = /* wgsl */ `
struct Size { h: i32, w: i32 }

// Where pixel p of a window comes from; x is -1 where there is nothing but black.
fn throughWindow(at: u32, p: vec2i, size: Size) -> vec2i {
  let flags = program[at];
  var q = vec2i(
    i32(program[at + 1u]) + select(p.x, -p.x, (flags & 1u) != 0u),
    i32(program[at + 2u]) + select(p.y, -p.y, (flags & 2u) != 0u),
  );
  if ((flags & 4u) == 0u) {
    // The edge itself is not repeated; a margin is narrower than the image.
    let last = vec2i(size.w - 1, size.h - 1);
    return last - abs(last - abs(q));
  }
  if (any(q < vec2i(0)) || q.x >= size.w || q.y >= size.h) { q.x = -1; }
  return q;
}
`;

/** Steps that move pixels; needs areas. */
export const MOVES = /* wgsl */ `
fn window(at: u32, first: bool, start: u32, size: Size, li: u32, here: u32, there: u32) {
  let w = program[at + 4u];
  for (var i = li; i < program[at + 3u] * w; i += WORKGROUP) {
    let q = throughWindow(at, place(i, w), size);
    var pixel = 0u;
    if (q.x >= 0) {
      let j = u32(q.y * size.w + q.x);
      if (first) { pixel = fetch(start, j); } else { pixel = pixelAt(here + j); }
    }
    setPixel(there + i, pixel);
  }
}

// Pillow's affine transform with the nearest neighbour, in 16.16 fixed point as there.
fn affine(at: u32, size: Size, li: u32, here: u32, there: u32) {
  let a = i32(program[at]); let b = i32(program[at + 1u]); let x = i32(program[at + 2u]);
  let d = i32(program[at + 3u]); let e = i32(program[at + 4u]); let y = i32(program[at + 5u]);
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = place(i, u32(size.w));
    let q = vec2i((x + a * p.x + b * p.y) >> 16u, (y + d * p.x + e * p.y) >> 16u);
    var pixel = program[at + 6u];
    if (q.x >= 0 && q.y >= 0 && q.x < size.w && q.y < size.h) {
      pixel = pixelAt(here + u32(q.y * size.w + q.x));
    }
    setPixel(there + i, pixel);
  }
}

// Fills a box, both ends inclusive, in place.
fn box(at: u32, size: Size, li: u32, here: u32) {
  let x0 = i32(program[at]); let y0 = i32(program[at + 1u]);
  let w = min(i32(program[at + 2u]), size.w - 1) - x0 + 1;
  let h = min(i32(program[at + 3u]), size.h - 1) - y0 + 1;
  if (w <= 0 || h <= 0) { return; }
  for (var i = li; i < u32(h * w); i += WORKGROUP) {
    let p = place(i, u32(w));
    setPixel(here + u32((y0 + p.y) * size.w + x0 + p.x), program[at + 4u]);
  }
}
`;
