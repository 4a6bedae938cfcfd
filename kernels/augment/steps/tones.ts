/**
 * WGSL of operations that map each channel's values: posterize, solarize, an addition to dark ones,
 * and by a table of the image's own values autocontrast and equalize.
 */
export const TONES = /* wgsl */ `
fn posterize(mask: u32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    setPixel(here + i, pixelAt(here + i) & (mask * 0x10101u));
  }
}

fn solarize(addend: i32, threshold: i32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let q = clamp(vec3i(unpack(pixelAt(here + i))) + addend, vec3i(0), vec3i(255));
    setPixel(here + i, pack(vec3u(select(255 - q, q, q < vec3i(threshold)))));
  }
}

fn addBelow(addend: i32, threshold: i32, size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = vec3i(unpack(pixelAt(here + i)));
    let q = clamp(p + addend, vec3i(0), vec3i(255));
    setPixel(here + i, pack(vec3u(select(p, q, p < vec3i(threshold)))));
  }
}

fn mapTones(size: Size, li: u32, here: u32) {
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = unpack(pixelAt(here + i));
    setPixel(here + i, (tones[p.x] & 0xffu) | (tones[p.y] & 0xff00u) | (tones[p.z] & 0xff0000u));
  }
}

fn autoContrast(size: Size, li: u32, here: u32) {
  if (li < 6u) { atomicStore(&bins[li], select(0u, 255u, li < 3u)); }
  workgroupBarrier();
  var low = vec3u(255); var high = vec3u(0);
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = unpack(pixelAt(here + i));
    low = min(low, p); high = max(high, p);
  }
  for (var c = 0u; c < 3u; c++) {
    atomicMin(&bins[c], low[c]); atomicMax(&bins[3u + c], high[c]);
  }
  workgroupBarrier();
  for (var v = li; v < 256u; v += WORKGROUP) {
    var stretched: vec3u;
    for (var c = 0u; c < 3u; c++) {
      stretched[c] = stretch(v, atomicLoad(&bins[c]), atomicLoad(&bins[3u + c]));
    }
    tones[v] = pack(stretched);
  }
  workgroupBarrier();
  mapTones(size, li, here);
}

fn equalize(size: Size, li: u32, here: u32) {
  for (var v = li; v < 768u; v += WORKGROUP) { atomicStore(&bins[v], 0u); }
  workgroupBarrier();
  for (var i = li; i < u32(size.h * size.w); i += WORKGROUP) {
    let p = unpack(pixelAt(here + i));
    atomicAdd(&bins[p.x], 1u); atomicAdd(&bins[256u + p.y], 1u); atomicAdd(&bins[512u + p.z], 1u);
  }
  workgroupBarrier();
  // One invocation a channel: counts become sums of all counts below; the step goes behind them.
  if (li < 3u) {
    var sum = 0u; var filled = 0u; var last = 0u;
    for (var v = 256u * li; v < 256u * li + 256u; v++) {
      let n = atomicLoad(&bins[v]);
      atomicStore(&bins[v], sum);
      sum += n;
      if (n > 0u) { filled++; last = n; }
    }
    atomicStore(&bins[768u + li], select(0u, (sum - last) / 255u, filled > 1u));
  }
  workgroupBarrier();
  for (var v = li; v < 256u; v += WORKGROUP) {
    var equal: vec3u;
    for (var c = 0u; c < 3u; c++) {
      let step = atomicLoad(&bins[768u + c]);
      equal[c] = v;
      if (step > 0u) { equal[c] = min((step / 2u + atomicLoad(&bins[256u * c + v])) / step, 255u); }
    }
    tones[v] = pack(equal);
  }
  workgroupBarrier();
  mapTones(size, li, here);
}
`;
