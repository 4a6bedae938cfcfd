/**
 * WGSL functions that count in digits: a place in images is digits column, row, image, an element of
 * a filter is channel, tap column, tap row.
 *
 * Going on by a fixed step needs no division: each digit carries into the next at most once, since
 * those of the step are below the radix too. On a GPU an integer division is some 20 instructions
 * and a carry by `select` is three, without the branch of a loop.
 *
 * - `digits(number, radix)` is a number's digits, the last one without bound.
 * - `smallDigits(number, radix)` is the same below 2²⁰, where a division of floats cannot err: its
 *   result is half a step from the next whole number, and off by far less.
 * - `advance(place, step, radix, unit)` is the sum of two numbers, digit by digit. Second and third
 *   digit may count in units of their own, as may radix and step: rows of an image of which every
 *   second is used, images in rows.
 *
 * @example Pixel 11 of images of 4 × 2 pixels, and the one 6 pixels later
 * ```wgsl
 * let size = vec2u(4, 2);
 * let pixel = digits(11u, size);                                     // column 3, row 0, image 1
 * let later = advance(pixel, smallDigits(6u, size), size, vec2u(1)); // column 1, row 0, image 2
 * ```
 *
 * @module
 */

/** The functions, for a kernel's header. */
export const DIGITS = `fn digits(number: u32, radix: vec2u) -> vec3u {
  let second = number / radix.x; let third = second / radix.y;
  return vec3u(number - second * radix.x, second - third * radix.y, third);
}
fn smallDigits(number: u32, radix: vec2u) -> vec3u {
  let second = u32((f32(number) + 0.5) / f32(radix.x));
  let third = u32((f32(second) + 0.5) / f32(radix.y));
  return vec3u(number - second * radix.x, second - third * radix.y, third);
}
fn advance(place: vec3u, step: vec3u, radix: vec2u, unit: vec2u) -> vec3u {
  var sum = place + step;
  let first = sum.x >= radix.x;
  sum.x -= select(0u, radix.x, first); sum.y += select(0u, unit.x, first);
  let second = sum.y >= radix.y;
  sum.y -= select(0u, radix.y, second); sum.z += select(0u, unit.y, second);
  return sum;
}`;
