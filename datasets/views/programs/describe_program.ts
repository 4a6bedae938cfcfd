import { Code } from "../../../kernels/augment/program.ts";
import { type ReadProgram, type ReadStep, type ReadWindow, readWindow } from "./read_programs.ts";

/** What was done to an image, in a few words a line: `rotate -9`, `flip`, `cutout 16`. */
export function describeProgram({ steps, window, hidden }: ReadProgram): string[] {
  const [y1 = 0, y2 = 0, x1 = 0, x2 = 0] = hidden;
  return [
    ...steps.flatMap(describeStep),
    ...describeWindow(window),
    ...(y2 > y1 && x2 > x1 ? [`hide ${x2 - x1} x ${y2 - y1}`] : []),
  ];
}

function describeStep({ code, operation, skipped, magnitude, parameters }: ReadStep): string[] {
  if (operation) {
    const amount = magnitude === 0 ? "" : ` ${Math.round(magnitude * 100) / 100}`;
    return skipped ? [] : [operation + amount];
  }
  switch (code) {
    case Code.window:
      return describeWindow(readWindow(parameters));
    case Code.resizeColumns:
      return [`resize to ${parameters[4]}`];
    case Code.box:
      return [`cutout ${Math.round(magnitude)}`];
    default:
      return [];
  }
}

function describeWindow({ flipX, flipY, left, top }: ReadWindow): string[] {
  return [
    ...(flipX ? ["flip"] : []),
    ...(flipY ? ["flip y"] : []),
    // The corner of a mirrored picture says nothing about the crop.
    ...(!flipX && !flipY && (left !== 0 || top !== 0) ? [`crop at ${left}, ${top}`] : []),
  ];
}
