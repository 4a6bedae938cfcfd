/**
 * WGSL of Pillow's affine transforms that mix pixels, which Pillow computes in doubles. Here a place
 * has 32 bits of fraction, and its share of a pixel is an f32: few values in 100,000 are a level off.
 */
export const MIXED_AFFINE = /* wgsl */ `
// A pixel's place and how far beyond its middle; x is below 0 where there is nothing.
struct Place { at: vec2i, beyond: vec2f }

fn halfPixelBefore(high: i32, low: u32) -> vec2i {
  let carried = high + i32(low >> 16u) - 32768;
  return vec2i(carried >> 16u, i32((u32(carried) << 16u) | (low & 0xffffu)));
}

fn affinePlace(at: u32, p: vec2i, size: Size) -> Place {
  let ab = program[at + 7u]; let xd = program[at + 8u]; let ey = program[at + 9u];
  let q = vec2u(p);
  let x = i32(program[at + 2u]) + i32(program[at]) * p.x + i32(program[at + 1u]) * p.y;
  let y = i32(program[at + 5u]) + i32(program[at + 3u]) * p.x + i32(program[at + 4u]) * p.y;
  let restX = (xd & 0xffffu) + (ab & 0xffffu) * q.x + (ab >> 16u) * q.y;
  let restY = (ey >> 16u) + (xd >> 16u) * q.x + (ey & 0xffffu) * q.y;
  let across = halfPixelBefore(x, restX); let down = halfPixelBefore(y, restY);
  let wholeX = x + i32(restX >> 16u); let wholeY = y + i32(restY >> 16u);
  var found = Place(vec2i(across.x, down.x), vec2f(f32(u32(across.y)), f32(u32(down.y))) / 4294967296.0);
  if (wholeX < 0 || wholeY < 0 || wholeX >= (size.w << 16u) || wholeY >= (size.h << 16u)) {
    found.at.x = -32768;
  }
  return found;
}

fn mixable(here: u32, x: i32, y: i32, size: Size) -> vec3f {
  let row = clamp(y, 0, size.h - 1);
  return vec3f(unpack(pixelAt(here + u32(row * size.w + clamp(x, 0, size.w - 1)))));
}

fn mixTwo(here: u32, x: i32, y: i32, beyond: f32, size: Size) -> vec3f {
  let a = mixable(here, x, y, size);
  return a + (mixable(here, x + 1, y, size) - a) * beyond;
}

fn cubic(a: vec3f, b: vec3f, c: vec3f, d: vec3f, beyond: f32) -> vec3f {
  return b + beyond * (c - a + beyond * (2.0 * (a - b) + c - d + beyond * (b - a + d - c)));
}

fn mixFour(here: u32, x: i32, y: i32, beyond: f32, size: Size) -> vec3f {
  return cubic(
    mixable(here, x - 1, y, size), mixable(here, x, y, size), mixable(here, x + 1, y, size),
    mixable(here, x + 2, y, size), beyond,
  );
}

fn mixedAffine(at: u32, isCubic: bool, size: Size, li: u32, here: u32, there: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let found = affinePlace(at, place(i, u32(size.w)), size);
    let x = found.at.x; let y = found.at.y; let beyond = found.beyond;
    var pixel = program[at + 6u];
    if (x > -32768) {
      var value: vec3f;
      if (isCubic) {
        value = cubic(
          mixFour(here, x, y - 1, beyond.x, size), mixFour(here, x, y, beyond.x, size),
          mixFour(here, x, y + 1, beyond.x, size), mixFour(here, x, y + 2, beyond.x, size), beyond.y,
        );
      } else {
        let above = mixTwo(here, x, y, beyond.x, size);
        value = above + (mixTwo(here, x, y + 1, beyond.x, size) - above) * beyond.y;
      }
      pixel = pack(vec3u(clamp(value, vec3f(0), vec3f(255))));
    }
    setPixel(there + i, pixel);
  }
}
`;
