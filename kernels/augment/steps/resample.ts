/**
 * WGSL of Pillow's resize of 8-bit images: columns first, then rows, each rounded to a byte. The
 * weights are 22-bit fixed-point numbers made on the host; an output's record in `table` is
 * `[first tap, number of taps, weights × taps]`.
 */
export const RESAMPLE = /* wgsl */ `
fn rounded(sums: vec3i) -> u32 {
  return pack(vec3u(clamp((sums + vec3i(2097152)) >> vec3u(22u), vec3i(0), vec3i(255))));
}

fn resizeColumns(at: u32, first: bool, start: u32, size: Size, li: u32, here: u32, there: u32) {
  let left = program[at]; let top = program[at + 1u]; let w = program[at + 4u];
  let record = program[at + 3u] + 2u;
  for (var i = li; i < program[at + 5u] * w; i += WORKGROUP) {
    let p = vec2u(place(i, w));
    let weights = program[at + 2u] + p.x * record;
    let begin = (top + p.y) * u32(size.w) + left + table[weights];
    var sums = vec3i(0);
    for (var t = 0u; t < table[weights + 1u]; t++) {
      var pixel: u32;
      if (first) { pixel = fetch(start, begin + t); } else { pixel = pixelAt(here + begin + t); }
      sums += i32(table[weights + 2u + t]) * vec3i(unpack(pixel));
    }
    setPixel(there + i, rounded(sums));
  }
}

fn resizeRows(at: u32, size: Size, li: u32, here: u32, there: u32) {
  let w = u32(size.w);
  let record = program[at + 1u] + 2u;
  for (var i = li; i < program[at + 2u] * w; i += WORKGROUP) {
    let p = vec2u(place(i, w));
    let weights = program[at] + p.y * record;
    let begin = table[weights] * w + p.x;
    var sums = vec3i(0);
    for (var t = 0u; t < table[weights + 1u]; t++) {
      sums += i32(table[weights + 2u + t]) * vec3i(unpack(pixelAt(here + begin + t * w)));
    }
    setPixel(there + i, rounded(sums));
  }
}
`;
