import type { OperationChoice } from "../view_spec.ts";

const LEVELS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;

/** `level * max / 10 + bias` for the levels 1 to 9; 10 is never drawn. */
export function floatLevels(max: number, bias: number): number[] {
  return LEVELS.map((level) => level * max / 10 + bias);
}

/** `trunc(level * max / 10) + bias` for the levels 1 to 9. */
export function wholeLevels(max: number, bias: number): number[] {
  return LEVELS.map((level) => Math.trunc(level * max / 10) + bias);
}

/** `trunc(level * max / 10 * size)` pixels for the levels 1 to 9. */
export function pixelLevels(max: number, size: number): number[] {
  return LEVELS.map((level) => Math.trunc(level * max / 10 * size));
}

/**
 * The 14 operations of FixMatch's RandAugment as SimPro, ACR, DASO and SEVAL have them. Factors are
 * below 1 only: enhancements weaken.
 */
export function fixmatchChoices(size: number): OperationChoice[] {
  const factors = floatLevels(0.9, 0.05);
  return [
    { operation: "autoContrast" },
    { operation: "brightness", values: factors },
    { operation: "color", values: factors },
    { operation: "contrast", values: factors },
    { operation: "equalize" },
    { operation: "identity" },
    { operation: "posterize", values: wholeLevels(4, 4) },
    { operation: "rotate", values: wholeLevels(30, 0), signed: true },
    { operation: "sharpness", values: factors },
    { operation: "shearX", values: floatLevels(0.3, 0), signed: true },
    { operation: "shearY", values: floatLevels(0.3, 0), signed: true },
    { operation: "solarize", values: wholeLevels(256, 0).map((v) => 256 - v) },
    { operation: "translateX", values: pixelLevels(0.3, size), signed: true },
    { operation: "translateY", values: pixelLevels(0.3, size), signed: true },
  ];
}
