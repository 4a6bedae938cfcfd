import type { CropStage, PixelSize } from "../view_recipe.ts";
import { inside, shown } from "./image_size.ts";

/**
 * Looks at a crop before it is laid out.
 *
 * @throws {RangeError} If it does not fit into the image with its margin, or its place is not in it.
 */
export function checkCrop(
  { pad, border, at }: CropStage,
  { from, out, rows, columns }: {
    readonly from: PixelSize;
    readonly out: PixelSize;
    /** Places there are along each axis. */
    readonly rows: number;
    readonly columns: number;
  },
): void {
  const { height, width } = from;
  if (pad < 0 || rows < 1 || columns < 1 || out.height < 1 || out.width < 1) {
    throw new RangeError(
      `Cannot crop ${shown(out)} from ${shown(from)} pixels with a margin of ${pad}`,
    );
  }
  if (border === "reflect" && pad >= Math.min(height, width)) {
    throw new RangeError(`Cannot reflect ${pad} pixels around an image of ${shown(from)}`);
  }
  if (at && !(inside(at.left, columns) && inside(at.top, rows))) {
    throw new RangeError(
      `Cannot crop at (${at.top}, ${at.left}): there are ${rows} x ${columns} places`,
    );
  }
}
