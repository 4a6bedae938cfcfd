import type { Extent, PixelSize } from "../view_recipe.ts";

/** `32 x 32`, for messages. */
export function shown({ height, width }: PixelSize): string {
  return `${height} x ${width}`;
}

/** Height and width of what may be one number for both. */
export function extent(size: Extent): PixelSize {
  return typeof size === "number" ? { height: size, width: size } : size;
}

/** Whether a number is one of 0 to `end` - 1. */
export function inside(value: number, end: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < end;
}
