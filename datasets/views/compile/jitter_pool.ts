import type { ColorJitterStage, PolicyOperation } from "../view_recipe.ts";

/**
 * The operations of a colour jitter and the laws of their magnitudes.
 *
 * @throws {RangeError} If a spread is below 0, or the hue's above 1/2.
 */
export function jitterPool(
  { brightness = 0, contrast = 0, saturation = 0, hue = 0 }: ColorJitterStage,
): PolicyOperation[] {
  for (const [name, spread] of Object.entries({ brightness, contrast, saturation, hue })) {
    if (!(spread >= 0 && spread <= (name === "hue" ? 0.5 : Infinity))) {
      throw new RangeError(
        `Cannot jitter ${name} by ${spread}: give ${name === "hue" ? "0 to 0.5" : "0 or more"}`,
      );
    }
  }
  const factor = (operation: "brightness" | "contrast" | "color", spread: number) =>
    spread > 0
      ? [{ operation, range: [Math.max(0, 1 - spread), 1 + spread], probability: 1 } as const]
      : [];
  return [
    ...factor("brightness", brightness),
    ...factor("contrast", contrast),
    ...factor("color", saturation),
    ...(hue > 0 ? [{ operation: "hue", range: [-hue, hue], probability: 1 } as const] : []),
  ];
}
