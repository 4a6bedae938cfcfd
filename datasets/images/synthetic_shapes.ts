/** Class names of the synthetic set, by label: neighbours in the list are easily confused. */
export const syntheticClasses: readonly string[] = [
  "disc",
  "ring",
  "square",
  "frame",
  "triangle",
  "star",
  "cross",
  "horizontal stripes",
  "vertical stripes",
  "checker",
];

/** Corners of a polygon, as x, y, x, y, ... */
type Corners = readonly number[];

// Only literals, + - * / and square roots: the same bytes on every machine.
const square: Corners = [-0.76, -0.76, 0.76, -0.76, 0.76, 0.76, -0.76, 0.76];
const triangle: Corners = [0, -1.04, 0.9, 0.52, -0.9, 0.52];
const star: Corners = [
  ...[0, -1.05, 0.2527, -0.3479, 0.9986, -0.3245, 0.4089, 0.1329, 0.6172, 0.8495],
  ...[0, 0.43, -0.6172, 0.8495, -0.4089, 0.1329, -0.9986, -0.3245, -0.2527, -0.3479],
];
const cross: Corners = [
  ...[-0.3, -0.95, 0.3, -0.95, 0.3, -0.3, 0.95, -0.3, 0.95, 0.3, 0.3, 0.3],
  ...[0.3, 0.95, -0.3, 0.95, -0.3, 0.3, -0.95, 0.3, -0.95, -0.3, -0.3, -0.3],
];

/** What one image draws on top of its class. */
export interface ShapeVariant {
  /** Textures lie on a disc or on a square. */
  readonly round: boolean;
  /** Where a texture starts, in periods: 0 to 1. */
  readonly phase: number;
}

/**
 * Signed distance from the object of a class, in units of its radius: negative inside.
 *
 * @param label Which class.
 * @param x Right of the object's centre.
 * @param y Below the object's centre.
 */
export function shapeDistance(
  label: number,
  x: number,
  y: number,
  { round, phase }: ShapeVariant,
): number {
  const length = Math.sqrt(x * x + y * y);
  switch (label) {
    case 0:
      return length - 0.88;
    case 1:
      return Math.abs(length - 0.7) - 0.21;
    case 2:
      return polygonDistance(square, x, y);
    case 3:
      return Math.abs(polygonDistance(square, x, y) + 0.19) - 0.19;
    case 4:
      return polygonDistance(triangle, x, y);
    case 5:
      return polygonDistance(star, x, y);
    case 6:
      return polygonDistance(cross, x, y);
  }
  const outline = round ? length - 0.95 : polygonDistance(square, x, y);
  const across = stripe(x, phase);
  const down = stripe(y, phase);
  const texture = label === 7
    ? down
    : label === 8
    ? across
    : across * down < 0
    ? Math.min(Math.abs(across), Math.abs(down))
    : -Math.min(Math.abs(across), Math.abs(down));
  return Math.max(outline, texture);
}

/** Distance from the nearest edge of a stripe, negative on it: a triangle wave of period 2/3. */
function stripe(at: number, phase: number): number {
  const period = 2 / 3;
  const turns = at / period + phase;
  return (Math.abs(turns - Math.floor(turns) - 0.5) - 0.25) * period;
}

/** Signed distance from a polygon; after Inigo Quilez, "2D distance functions". */
function polygonDistance(corners: Corners, x: number, y: number): number {
  let nearest = Infinity;
  let inside = false;
  for (let i = 0, j = corners.length - 2; i < corners.length; j = i, i += 2) {
    // Corners come in pairs, i and j are even and inside.
    const ax = corners[i]!, ay = corners[i + 1]!, bx = corners[j]!, by = corners[j + 1]!;
    const ex = bx - ax, ey = by - ay, px = x - ax, py = y - ay;
    const along = Math.min(1, Math.max(0, (px * ex + py * ey) / (ex * ex + ey * ey)));
    const dx = px - ex * along, dy = py - ey * along;
    nearest = Math.min(nearest, dx * dx + dy * dy);
    if ((ay > y) !== (by > y) && px < ex * py / ey) inside = !inside;
  }
  return inside ? -Math.sqrt(nearest) : Math.sqrt(nearest);
}
