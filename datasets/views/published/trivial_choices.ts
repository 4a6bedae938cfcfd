import type { OperationChoice } from "../view_spec.ts";

/** Magnitudes from 0 to the greatest, evenly; TrivialAugment has 31. */
const STRENGTHS = Array.from({ length: 31 }, (_, i) => i / 30);

/**
 * The 14 operations of TrivialAugment in its wide space (Müller and Hutter, ICCV 2021), of which a
 * view gets one, always: 31 magnitudes, signs by coin, shifts up to 32 pixels whatever the size.
 */
export function trivialChoices(): OperationChoice[] {
  const factors = STRENGTHS.flatMap((s) => [1 + 0.99 * s, 1 - 0.99 * s]);
  const shears = STRENGTHS.map((s) => 0.99 * s);
  const pixels = STRENGTHS.map((s) => Math.trunc(32 * s));
  return [
    { operation: "identity" },
    { operation: "shearX", values: shears, signed: true },
    { operation: "shearY", values: shears, signed: true },
    { operation: "translateX", values: pixels, signed: true },
    { operation: "translateY", values: pixels, signed: true },
    { operation: "rotate", values: STRENGTHS.map((s) => 135 * s), signed: true },
    { operation: "brightness", values: factors },
    { operation: "color", values: factors },
    { operation: "contrast", values: factors },
    { operation: "sharpness", values: factors },
    { operation: "posterize", values: STRENGTHS.map((_, i) => 8 - Math.round(i / 5)) },
    { operation: "solarize", values: STRENGTHS.map((s) => 255 * (1 - s)) },
    { operation: "autoContrast" },
    { operation: "equalize" },
  ];
}
