import { encodePng } from "../png.ts";
import type { TaggedValue } from "./events.ts";

/** About how wide an image is, in px. */
const WIDTH = 480;

/** Of a share of 0 and of 1: white and a dark blue, RGB. */
const PALE = [255, 255, 255], DARK = [8, 64, 129];

/**
 * A confusion matrix as an image: rows are true classes, darker cells larger shares of their row.
 *
 * @param confusion Counts [C, C], row = true class.
 */
export async function confusionImage(
  tag: string,
  confusion: readonly (readonly number[])[],
): Promise<TaggedValue> {
  const classes = confusion.length;
  const pixels = Uint8Array.from(confusion.flatMap((row) => {
    const total = row.reduce((sum, n) => sum + n, 0);
    return row.flatMap((n) => {
      const share = total > 0 ? n / total : 0;
      return PALE.map((pale, channel) => pale + share * (DARK[channel]! - pale)); // three each
    });
  }));
  const scale = Math.max(1, Math.floor(WIDTH / classes)), side = classes * scale;
  const png = await encodePng({ width: classes, height: classes, data: pixels }, { scale });
  return { tag, png, width: side, height: side };
}
