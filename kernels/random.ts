/**
 * WGSL of the random numbers that `core/random.ts` draws on the host: `philox(counter, key)` gives
 * the same four words for the same counter and key. `multiplyHigh`, `unit` and `below` go with it.
 */
export const PHILOX = /* wgsl */ `
fn multiplyHigh(x: u32, y: u32) -> u32 {
  let xl = x & 0xffffu; let xh = x >> 16u; let yl = y & 0xffffu; let yh = y >> 16u;
  let middle = xh * yl + ((xl * yl) >> 16u);
  let rest = xl * yh + (middle & 0xffffu);
  return xh * yh + (middle >> 16u) + (rest >> 16u);
}

fn philox(counter: vec4u, key: vec2u) -> vec4u {
  var c = counter;
  var k = key;
  for (var round = 0u; round < 10u; round++) {
    c = vec4u(
      multiplyHigh(0xcd9e8d57u, c.z) ^ c.y ^ k.x, 0xcd9e8d57u * c.z,
      multiplyHigh(0xd2511f53u, c.x) ^ c.w ^ k.y, 0xd2511f53u * c.x,
    );
    k += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}

// A float in [0, 1): the upper 24 bits of a word.
fn unit(word: u32) -> f32 { return f32(word >> 8u) / 16777216.0; }

// A whole number in 0 ... n - 1; each is as likely as the others up to n / 2^32.
fn below(word: u32, n: u32) -> u32 { return multiplyHigh(word, n); }
`;
