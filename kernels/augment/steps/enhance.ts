/**
 * WGSL of Pillow's enhancements: an image is blended with a degenerate one, black (brightness), its
 * luma (colour), its mean luma (contrast) or a smoothed copy (sharpness).
 */
export const ENHANCE = /* wgsl */ `
// d + f (p - d) with both roundings to f32 that Pillow makes, then clipped and truncated. Or-ing in
// u.zero, which is 0, keeps compilers from fusing the two roundings into one.
fn blend(d: vec3u, p: vec3u, f: f32) -> u32 {
  let start = vec3f(d);
  let moved = bitcast<vec3f>(bitcast<vec3u>(f * (vec3f(p) - start)) | vec3u(u.zero));
  return pack(vec3u(clamp(start + moved, vec3f(0), vec3f(255))));
}

fn luma(p: vec3u) -> u32 {
  return (19595u * p.x + 38470u * p.y + 7471u * p.z + 32768u) >> 16u;
}

fn brightness(f: f32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    setPixel(here + i, blend(vec3u(0), unpack(pixelAt(here + i)), f));
  }
}

fn color(f: f32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = unpack(pixelAt(here + i));
    setPixel(here + i, blend(vec3u(luma(p)), p, f));
  }
}

fn contrast(f: f32, size: Size, li: u32, here: u32) {
  let pixels = u32(size.h * size.w);
  if (li == 0u) { atomicStore(&bins[0], 0u); }
  workgroupBarrier();
  var sum = 0u;
  for (var i = li; i < pixels; i += WORKGROUP) { sum += luma(unpack(pixelAt(here + i))); }
  atomicAdd(&bins[0], sum);
  workgroupBarrier();
  // The mean, rounded half up.
  let mean = vec3u((2u * atomicLoad(&bins[0]) + pixels) / (2u * pixels));
  for (var i = li; i < pixels; i += WORKGROUP) {
    setPixel(here + i, blend(mean, unpack(pixelAt(here + i)), f));
  }
}

// Smooth is [1 1 1; 1 5 1; 1 1 1] / 13, rounded; sums of bytes over 13 never end in a half. The
// border stays as it is.
fn sharpness(f: f32, size: Size, li: u32, here: u32, there: u32) {
  let w = u32(size.w);
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = place(i, w);
    let at = here + i;
    var pixel = pixelAt(at);
    if (p.x > 0 && p.y > 0 && p.x < size.w - 1 && p.y < size.h - 1) {
      let centre = unpack(pixel);
      let sum = 5u * centre +
        unpack(pixelAt(at - w - 1u)) + unpack(pixelAt(at - w)) + unpack(pixelAt(at - w + 1u)) +
        unpack(pixelAt(at - 1u)) + unpack(pixelAt(at + 1u)) +
        unpack(pixelAt(at + w - 1u)) + unpack(pixelAt(at + w)) + unpack(pixelAt(at + w + 1u));
      pixel = blend((2u * sum + 13u) / 26u, centre, f);
    }
    setPixel(there + i, pixel);
  }
}
`;
