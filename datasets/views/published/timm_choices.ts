import type { OperationChoice } from "../view_spec.ts";
import { IMAGENET_FILL } from "./view_options.ts";

/** timm's `m10-mstd0.5`: level 10 ± 0.5 of 10, as shares. */
const LEVEL = [1, 0.05] as const;

/**
 * The 15 operations of timm's RandAugment at magnitude 10 with a deviation of 0.5, so half of all
 * magnitudes are the greatest: factors from 0.1 to 1.9 without a sign, moves mixed bilinearly or
 * bicubically over ImageNet's mean colour. Solarize at its greatest magnitude changes nothing.
 */
export function timmChoices(size: number): OperationChoice[] {
  const drawn = (
    operation: OperationChoice["operation"],
    greatest: number,
    least = 0,
  ): OperationChoice => ({ operation, range: [least, greatest], normal: LEVEL });
  const move = { signed: true, filter: "bilinear or bicubic", fill: IMAGENET_FILL } as const;
  return [
    { operation: "autoContrast" },
    { operation: "equalize" },
    { operation: "invert" },
    { ...drawn("rotate", 30), ...move },
    drawn("posterize", 4),
    { ...drawn("solarize", 256), whole: true },
    { ...drawn("addToDark", 110), whole: true },
    drawn("color", 1.9, 0.1),
    drawn("contrast", 1.9, 0.1),
    drawn("brightness", 1.9, 0.1),
    drawn("sharpness", 1.9, 0.1),
    { ...drawn("shearX", 0.3), ...move },
    { ...drawn("shearY", 0.3), ...move },
    { ...drawn("translateX", 0.45 * size), ...move },
    { ...drawn("translateY", 0.45 * size), ...move },
  ];
}
