import type { PolicyOperation } from "../view_spec.ts";
import { POLICY_GREY } from "./view_options.ts";

type Named = PolicyOperation["operation"];

/** Probability, operation and level 0 to 9 of two operations, as AutoAugment's paper lists them. */
type Row = readonly [number, Named, number, number, Named, number];

/** The 25 policies that AutoAugment found on CIFAR-10 (Cubuk et al., CVPR 2019, table 7). */
const ROWS: readonly Row[] = [
  [0.1, "invert", 7, 0.2, "contrast", 6],
  [0.7, "rotate", 2, 0.3, "translateX", 9],
  [0.8, "sharpness", 1, 0.9, "sharpness", 3],
  [0.5, "shearY", 8, 0.7, "translateY", 9],
  [0.5, "autoContrast", 8, 0.9, "equalize", 2],
  [0.2, "shearY", 7, 0.3, "posterize", 7],
  [0.4, "color", 3, 0.6, "brightness", 7],
  [0.3, "sharpness", 9, 0.7, "brightness", 9],
  [0.6, "equalize", 5, 0.5, "equalize", 1],
  [0.6, "contrast", 7, 0.6, "sharpness", 5],
  [0.7, "color", 7, 0.5, "translateX", 8],
  [0.3, "equalize", 7, 0.4, "autoContrast", 8],
  [0.4, "translateY", 3, 0.2, "sharpness", 6],
  [0.9, "brightness", 6, 0.2, "color", 8],
  [0.5, "solarize", 2, 0, "invert", 3],
  [0.2, "equalize", 0, 0.6, "autoContrast", 0],
  [0.2, "equalize", 8, 0.6, "equalize", 4],
  [0.9, "color", 9, 0.6, "equalize", 6],
  [0.8, "autoContrast", 4, 0.2, "solarize", 8],
  [0.1, "brightness", 3, 0.7, "color", 0],
  [0.4, "solarize", 5, 0.9, "autoContrast", 3],
  [0.9, "translateY", 9, 0.7, "translateY", 9],
  [0.9, "autoContrast", 2, 0.8, "solarize", 3],
  [0.8, "equalize", 8, 0.1, "invert", 3],
  [0.7, "translateY", 9, 0.9, "autoContrast", 1],
];

/**
 * AutoAugment's policies for CIFAR-10 as the common PyTorch port has them: signs by coin, factors
 * `1 ± 0.1 level`, shares of the width up to 150/331, shears mixed bicubically, grey beyond the image.
 */
export function cifarPolicies(size: number): PolicyOperation[][] {
  return ROWS.map(([p, one, level, q, other, otherLevel]) => [
    { ...operationAt(one, level, size), probability: p },
    { ...operationAt(other, otherLevel, size), probability: q },
  ]);
}

function operationAt(
  operation: Named,
  level: number,
  size: number,
): Omit<PolicyOperation, "probability"> {
  const share = level / 9;
  const move = { operation, signed: true, fill: POLICY_GREY };
  switch (operation) {
    case "shearX":
    case "shearY":
      return { ...move, values: [0.3 * share], filter: "bicubic" };
    case "translateX":
    case "translateY":
      return { ...move, values: [150 / 331 * share * size] };
    case "rotate":
      return { ...move, values: [30 * share] };
    case "brightness":
    case "color":
    case "contrast":
    case "sharpness":
      return { operation, values: [1 - 0.9 * share, 1 + 0.9 * share] };
    case "posterize":
      return { operation, values: [Math.round(8 - 4 * share)] };
    case "solarize":
      return { operation, values: [256 - 256 * share] };
    default:
      return { operation };
  }
}
