import type { Pixels } from "../images/resize.ts";

/** Glyphs of 3 x 5 dots: a character and five octal digits, one a row from the top. */
const GLYPHS = new Map(
  ("A25755 B65656 C34443 D65556 E74647 F74644 G34553 H55755 I72227 J11152 K55655 L44447 M57755 " +
    "N65555 O25552 P65644 Q25573 R65655 S34216 T72222 U55557 V55552 W55775 X55255 Y55222 Z71247 " +
    "075557 126227 261247 361216 455711 574616 634757 771222 875757 975716 -00700 _00007 .00002 " +
    ",00024 (12221 )42224 /11244 '22000 :02020 +02720 %51245 =07070 ?61202 ~00360")
    .split(" ").map((glyph) => [glyph[0]!, [...glyph.slice(1)].map(Number)]), // no glyph is empty
);
const WIDTH = 4;

/** Height of a line of text in pixels, at a zoom of 1. */
export const TEXT_HEIGHT = 5;

/** Width of a text in pixels, at a zoom of 1. */
export function textWidth(text: string): number {
  return [...text].length * WIDTH;
}

/**
 * Writes a text into an image, in capitals without accents; characters it has no glyph for become `?`.
 *
 * @param image Changed.
 * @param text What does not fit is cut off.
 * @param options.zoom Pixels a dot.
 */
export function drawText(
  { width, height, data }: Pixels,
  text: string,
  { left, top, zoom, colour }: {
    readonly left: number;
    readonly top: number;
    readonly zoom: number;
    readonly colour: readonly [number, number, number];
  },
): void {
  let x = left;
  const plain = text.normalize("NFD").replaceAll(/\p{M}/gu, "").toUpperCase();
  for (const character of plain) {
    const glyph = character === " " ? [] : GLYPHS.get(character) ?? GLYPHS.get("?") ?? [];
    for (let dy = 0; dy < glyph.length * zoom; dy++) {
      const row = glyph[Math.floor(dy / zoom)]!; // dy stays inside the glyph
      for (let dx = 0; dx < 3 * zoom; dx++) {
        const on = row >> 2 - Math.floor(dx / zoom) & 1;
        if (!on || x + dx >= width || top + dy >= height) continue;
        data.set(colour, ((top + dy) * width + x + dx) * 3);
      }
    }
    x += WIDTH * zoom;
  }
}
