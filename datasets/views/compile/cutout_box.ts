import { operationWord, STEP } from "../../../kernels/augment/program.ts";
import { colourWord } from "./encode_operation.ts";
import type { Channels, PixelSize } from "../view_spec.ts";

/** First and last column and row of a box, both inclusive; the last may lie outside. */
export type BoxCorners = readonly [x0: number, y0: number, x1: number, y1: number];

/**
 * The box that published cutouts fill: it begins half a size before the centre but not outside,
 * truncated, and ends a size later, truncated and included. So it is a pixel larger than its size,
 * and one cut off at the left or top is shifted, not shortened.
 */
export function cutoutBox(
  { centre, size }: {
    readonly centre: { readonly x: number; readonly y: number };
    readonly size: number;
  },
  { height, width }: PixelSize,
): BoxCorners {
  const left = Math.trunc(Math.max(0, centre.x - size / 2));
  const top = Math.trunc(Math.max(0, centre.y - size / 2));
  return [
    left,
    top,
    Math.trunc(Math.min(width, left + size)),
    Math.trunc(Math.min(height, top + size)),
  ];
}

/** The step that fills a box. */
export function encodeCutout(box: BoxCorners, fill: Channels): number[] {
  const words = [operationWord("cutout"), ...box, colourWord(fill)];
  while (words.length < STEP) words.push(0);
  return words;
}
