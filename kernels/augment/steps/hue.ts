/**
 * WGSL of a shift of hues as torchvision makes it, through Pillow's HSV bytes and back.
 *
 * Both ways are whole numbers here. Pillow's floats give the same, found by trying every colour, but
 * for hues that should be whole: there 255 h is a rounding below for 64 of the 255 values, which are
 * the bits of a mask.
 */
export const HUE = /* wgsl */ `
const BELOW = array<u32, 8>(0xfffffffeu, 0x00000000u, 0x11000000u, 0x00000111u, 0x222aaaaau, 0x23232222u, 0x00022222u, 0x00000000u);

fn toHsv(p: vec3u) -> vec3u {
  let most = max(p.x, max(p.y, p.z));
  let range = most - min(p.x, min(p.y, p.z));
  if (range == 0u) { return vec3u(0u, 0u, most); }
  let turn = 6u * range;
  var along = turn + p.y - p.z;
  if (p.x != most) {
    along = select(4u * range + p.x - p.y, 2u * range + p.z - p.x, p.y == most);
  }
  along = 255u * (along % turn);
  var hue = along / turn;
  if (along % turn == 0u) { hue -= (BELOW[hue >> 5u] >> (hue & 31u)) & 1u; }
  return vec3u(hue, 255u * range / most, most);
}

fn fromHsv(hsv: vec3u) -> vec3u {
  let v = hsv.z; let s = hsv.y;
  let sector = 6u * hsv.x / 255u;
  let beyond = 6u * hsv.x - 255u * sector;
  let p = (2u * v * (255u - s) + 255u) / 510u;
  let q = (2u * v * (65025u - s * beyond) + 65025u) / 130050u;
  let t = (2u * v * (65025u - s * (255u - beyond)) + 65025u) / 130050u;
  switch (sector % 6u) {
    case 0u: { return vec3u(v, t, p); }
    case 1u: { return vec3u(q, v, p); }
    case 2u: { return vec3u(p, v, t); }
    case 3u: { return vec3u(p, q, v); }
    case 4u: { return vec3u(t, p, v); }
    default: { return vec3u(v, p, q); }
  }
}

fn hue(shift: u32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let hsv = toHsv(unpack(pixelAt(here + i)));
    setPixel(here + i, pack(fromHsv(vec3u((hsv.x + shift) & 255u, hsv.yz))));
  }
}
`;
