import type { Random } from "../../core/random.ts";
import { shapeDistance } from "./synthetic_shapes.ts";

/**
 * How hard the synthetic images are; every number makes them harder as it grows, except `contrast`.
 */
export interface SyntheticDifficulty {
  /**
   * How free colours are, 0 to 1: at 0 everything is grey and objects are brighter than what is
   * behind them, at 1 all colours are as likely.
   */
  readonly colour: number;
  /** Standard deviation of the noise on each channel, on pixels in [0, 1]. */
  readonly noise: number;
  /** Bars, blobs and small rings behind the object: at most so many. */
  readonly clutter: number;
  /** Bars that cross the object: at most so many. */
  readonly occlusion: number;
  /** Height of the soft pattern of the background, on pixels in [0, 1]. */
  readonly pattern: number;
  /** How far the object's centre moves each way, as a share of the image. */
  readonly shift: number;
  /** The object's radius is between `1 - scale` and 1 times 0.42 of the image. */
  readonly scale: number;
  /** Largest turn each way, as the tangent of half the angle: 0.2 is 23 degrees. */
  readonly turn: number;
  /**
   * Smallest and largest difference between object and background in its strongest channel; at most
   * 0.5.
   */
  readonly contrast: readonly [number, number];
}

/** Height and width at which images are painted. */
export const CANVAS = 32;

/**
 * Paints one image of a class: an object of random colour, place, size and turn over a cluttered
 * background, with noise. Colour says nothing about the class.
 *
 * @param label The class.
 * @param random Draws of this image alone; the number of draws depends on what is drawn.
 * @param options.canvas Written: RGB as float32, 32 x 32 x 3, values in [0, 1] or a little outside.
 */
export function paintSynthetic(
  label: number,
  random: Random,
  { canvas, difficulty: d }: { canvas: Float32Array; difficulty: SyntheticDifficulty },
): void {
  const behind = paintBackground(canvas, random, d);
  const bars = random.below(Math.floor(d.clutter) + 1);
  for (let i = 0; i < bars; i++) paintClutter(canvas, random, d);
  paintObject(canvas, random, { label, behind, d });
  const crossing = random.below(Math.floor(d.occlusion) + 1);
  for (let i = 0; i < crossing; i++) paintBar(canvas, random, colour(random, d));
  addNoise(canvas, random, d.noise);
}

type Colour = readonly [number, number, number];

/** A colour, drawn from dark grey towards any. */
function colour(random: Random, { colour: free }: SyntheticDifficulty): Colour {
  const grey = between(random, 0.15, 0.45) * (1 - free);
  return [
    grey + free * random.uniform(),
    grey + free * random.uniform(),
    grey + free * random.uniform(),
  ];
}

/** A number in [low, high). */
function between(random: Random, low: number, high: number): number {
  return low + (high - low) * random.uniform();
}

/** A gradient of two colours with a soft pattern on it; returns the colour in the middle. */
function paintBackground(
  canvas: Float32Array,
  random: Random,
  d: SyntheticDifficulty,
): Colour {
  const { pattern } = d;
  const from = colour(random, d);
  const shift = colour(random, d);
  const to = from.map((v, c) => v * 0.6 + shift[c]! * 0.4); // both have three channels
  const dx = between(random, -1, 1), dy = between(random, -1, 1);
  const grid = Float32Array.from({ length: 36 }, () => between(random, -pattern, pattern));
  const cell = 5 / CANVAS;
  for (let y = 0, at = 0; y < CANVAS; y++) {
    const gy = Math.floor(y * cell), fy = y * cell - gy;
    for (let x = 0; x < CANVAS; x++) {
      const gx = Math.floor(x * cell), fx = x * cell - gx, corner = gy * 6 + gx;
      // The grid has 6 x 6 knots, gx and gy are 0..4.
      const top = grid[corner]! * (1 - fx) + grid[corner + 1]! * fx;
      const bottom = grid[corner + 6]! * (1 - fx) + grid[corner + 7]! * fx;
      const wave = top * (1 - fy) + bottom * fy;
      const t = 0.5 + ((x / CANVAS - 0.5) * dx + (y / CANVAS - 0.5) * dy) / 2;
      for (let c = 0; c < 3; c++) canvas[at++] = from[c]! * (1 - t) + to[c]! * t + wave;
    }
  }
  return [(from[0] + to[0]!) / 2, (from[1] + to[1]!) / 2, (from[2] + to[2]!) / 2];
}

/** A bar, a blob or a small ring somewhere. */
function paintClutter(canvas: Float32Array, random: Random, d: SyntheticDifficulty): void {
  const kind = random.below(3);
  const paint = colour(random, d);
  if (kind === 0) return paintBar(canvas, random, paint);
  const cx = between(random, 0, CANVAS), cy = between(random, 0, CANVAS);
  const radius = between(random, 1.5, 4);
  const distance = (x: number, y: number) => {
    const length = Math.sqrt((x - cx) * (x - cx) + (y - cy) * (y - cy));
    return kind === 1 ? length - radius : Math.abs(length - radius) - 0.8;
  };
  fill(canvas, { distance, paint, cx, cy, reach: radius + 2 });
}

/** A straight bar of random length and direction. */
function paintBar(canvas: Float32Array, random: Random, paint: Colour): void {
  const cx = between(random, 0, CANVAS), cy = between(random, 0, CANVAS);
  const ex = between(random, -9, 9), ey = between(random, -9, 9);
  const width = between(random, 0.6, 1.6);
  const square = ex * ex + ey * ey + 1e-6;
  const distance = (x: number, y: number) => {
    const along = Math.min(1, Math.max(-1, ((x - cx) * ex + (y - cy) * ey) / square));
    const dx = x - cx - ex * along, dy = y - cy - ey * along;
    return Math.sqrt(dx * dx + dy * dy) - width;
  };
  fill(canvas, {
    distance,
    paint,
    cx,
    cy,
    reach: Math.max(Math.abs(ex), Math.abs(ey)) + width + 1,
  });
}

function paintObject(
  canvas: Float32Array,
  random: Random,
  { label, behind, d }: { label: number; behind: Colour; d: SyntheticDifficulty },
): void {
  const shift = d.shift * CANVAS;
  const cx = CANVAS / 2 + between(random, -shift, shift);
  const cy = CANVAS / 2 + between(random, -shift, shift);
  const radius = 0.42 * CANVAS * between(random, 1 - d.scale, 1);
  const half = between(random, -d.turn, d.turn);
  const cos = (1 - half * half) / (1 + half * half), sin = 2 * half / (1 + half * half);
  const variant = { round: random.bernoulli(0.5), phase: random.uniform() };
  const paint = contrasting(behind, random, d);
  const distance = (x: number, y: number) => {
    const u = (x - cx) / radius, v = (y - cy) / radius;
    return radius * shapeDistance(label, u * cos + v * sin, v * cos - u * sin, variant);
  };
  fill(canvas, { distance, paint, cx, cy, reach: 1.15 * radius + 1 });
}

/**
 * A colour that differs from another by the wanted contrast in one channel, by less in the others.
 */
function contrasting(
  from: Colour,
  random: Random,
  { contrast: [low, high], colour: free }: SyntheticDifficulty,
): Colour {
  const channel = () => 1 - free + free * between(random, -1, 1);
  const way = [channel(), channel(), channel()];
  const strongest = Math.max(...way.map(Math.abs), 1e-3);
  const height = between(random, low, high) / strongest;
  const [r, g, b] = from.map((v, c) => {
    const step = way[c]! * height; // both have three channels
    return v + step < 0 || v + step > 1 ? v - step : v + step;
  }) as [number, number, number];
  return [r, g, b];
}

/** Something to paint: where it is and how far around (cx, cy) it reaches. */
interface Stroke {
  distance(x: number, y: number): number;
  readonly paint: Colour;
  readonly cx: number;
  readonly cy: number;
  readonly reach: number;
}

/** Paints where the distance is negative, with an edge one pixel soft. */
function fill(canvas: Float32Array, { distance, paint, cx, cy, reach }: Stroke): void {
  const left = Math.max(0, Math.floor(cx - reach)), top = Math.max(0, Math.floor(cy - reach));
  const right = Math.min(CANVAS, Math.ceil(cx + reach));
  const bottom = Math.min(CANVAS, Math.ceil(cy + reach));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const cover = Math.min(1, Math.max(0, 0.5 - distance(x + 0.5, y + 0.5)));
      if (cover === 0) continue;
      const at = (y * CANVAS + x) * 3;
      // x and y are inside the canvas.
      for (let c = 0; c < 3; c++) canvas[at + c]! += (paint[c]! - canvas[at + c]!) * cover;
    }
  }
}

/** Adds noise of a triangular law, two values a word. */
function addNoise(canvas: Float32Array, random: Random, noise: number): void {
  // The sum of two bytes has standard deviation 104.5.
  const unit = noise / 104.5;
  for (let i = 0; i < canvas.length; i += 2) {
    const word = random.word();
    canvas[i]! += ((word & 255) + (word >>> 8 & 255) - 255) * unit; // an even number of values
    canvas[i + 1]! += ((word >>> 16 & 255) + (word >>> 24) - 255) * unit;
  }
}
