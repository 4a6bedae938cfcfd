/**
 * WGSL of autocontrast's map `trunc(v·s + (-low·s))`, `s = 255 / (high - low)`, as doubles give it.
 *
 * Where 255 (v - low) / (high - low) is not whole, doubles are right. Where it is whole, three
 * roundings may leave the double sum just below it, and truncation then loses a level. That is
 * decided here with the doubles' 53-bit significands in two words: `s` has the significand `m`, a
 * whole number of units of 2^(e - 52) where 2^e <= s < 2^(e + 1).
 */
export const STRETCH = /* wgsl */ `
// A natural number below 2^64: x is the upper word.
fn plus(a: vec2u, b: vec2u) -> vec2u {
  let low = a.y + b.y;
  return vec2u(a.x + b.x + u32(low < a.y), low);
}
fn minus(a: vec2u, b: vec2u) -> vec2u {
  return vec2u(a.x - b.x - u32(a.y < b.y), a.y - b.y);
}

// v times a significand, rounded to 53 bits, half to even.
fn timesSignificand(v: u32, m: vec2u) -> vec2u {
  let wide = vec2u(v * m.x + multiplyHigh(v, m.y), v * m.y);
  let bits = 64u - countLeadingZeros(wide.x);
  if (bits <= 53u) { return wide; }
  let ulp = 1u << (bits - 53u);
  let rest = wide.y & (ulp - 1u);
  let kept = vec2u(wide.x, wide.y - rest);
  let up = 2u * rest > ulp || (2u * rest == ulp && (kept.y & ulp) != 0u);
  return plus(kept, vec2u(0u, select(0u, ulp, up)));
}

fn stretch(v: u32, low: u32, high: u32) -> u32 {
  if (v <= low || high <= low) { return select(0u, v, high <= low); }
  if (v > high) { return 255u; }
  let range = high - low;
  let whole = 255u * (v - low) / range;
  if (whole * range != 255u * (v - low)) { return whole; }

  // 255 / range, digit by digit in base 2^16; the last digit left out is never exactly a half.
  let top = 255u / range;
  let e = 31u - countLeadingZeros(top);
  var rest = 255u % range;
  var digits: array<u32, 4>;
  for (var i = 0u; i < 4u; i++) {
    digits[i] = (rest << 16u) / range;
    rest = (rest << 16u) % range;
  }
  let fraction = vec2u((digits[0] << 16u) | digits[1], (digits[2] << 16u) | digits[3]);
  let shift = 12u + e;
  var m = vec2u(
    (top << (20u - e)) | (fraction.x >> shift),
    (fraction.x << (32u - shift)) | (fraction.y >> shift),
  );
  m = plus(m, vec2u(0u, (fraction.y >> (shift - 1u)) & 1u));

  let sum = minus(timesSignificand(v, m), timesSignificand(low, m));
  let wanted = vec2u(whole << (20u - e), 0u);
  if (sum.x > wanted.x || (sum.x == wanted.x && sum.y >= wanted.y)) { return whole; }
  // The sum is rounded too: it reaches the whole number from half the distance of the numbers below.
  let length = 84u - e - countLeadingZeros(whole) - u32((whole & (whole - 1u)) == 0u);
  let missing = minus(wanted, sum);
  let spacing = select(0u, 1u << (max(length, 53u) - 53u), length >= 53u);
  return whole - u32(missing.x > 0u || 2u * missing.y > spacing);
}
`;
