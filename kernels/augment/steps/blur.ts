/**
 * WGSL of Pillow's Gaussian blur: three box blurs along rows, then three along columns, each of a box
 * whose ends count in part (Gwosdek et al., "Theoretical foundations of Gaussian convolution by
 * extended box filtering", SSVM 2011, equations 7, 11 and 14). Weights are 24-bit fixed point and each
 * blur rounds to bytes; beyond the border lies the pixel at the border.
 */
export const BLUR = /* wgsl */ `
fn blur(deviation: f32, size: Size, li: u32, here: u32, there: u32) {
  let variance = deviation * deviation / 3.0;
  let whole = floor((sqrt(12.0 * variance + 1.0) - 1.0) / 2.0);
  let part = (2.0 * whole + 1.0) * (whole * (whole + 1.0) - 3.0 * variance) /
    (6.0 * (variance - (whole + 1.0) * (whole + 1.0)));
  let reach = i32(whole + part);
  let inner = u32(16777216.0 / (2.0 * (whole + part) + 1.0));
  let outer = (16777216u - u32(2 * reach + 1) * inner) / 2u;
  let last = vec2i(size.w - 1, size.h - 1);
  for (var k = 0; k < 6; k++) {
    let odd = (k & 1) == 1;
    let source = select(here, there, odd);
    let sink = select(there, here, odd);
    let along = select(vec2i(0, 1), vec2i(1, 0), k < 3);
    for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
      let p = place(i, u32(size.w));
      var box = vec3u(0);
      for (var j = -reach; j <= reach; j++) { box += neighbour(source, p + j * along, last); }
      let ends = neighbour(source, p - (reach + 1) * along, last) +
        neighbour(source, p + (reach + 1) * along, last);
      setPixel(sink + i, pack((inner * box + outer * ends + vec3u(8388608u)) >> vec3u(24u)));
    }
    barrier();
  }
}

fn neighbour(first: u32, p: vec2i, last: vec2i) -> vec3u {
  let q = clamp(p, vec2i(0), last);
  return unpack(pixelAt(first + u32(q.y * (last.x + 1) + q.x)));
}
`;
