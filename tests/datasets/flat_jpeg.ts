/** Bytes of the segment of a marker. */
function segment(marker: number, data: readonly number[]): number[] {
  return [0xff, marker, data.length + 2 >> 8, data.length + 2 & 255, ...data];
}

/** How {@linkcode flatJpeg} tells what its components are. */
export interface FlatJpegOptions {
  /**
   * The transform of an Adobe marker: 0 for CMYK as it is, 2 for YCCK; null leaves the marker out.
   */
  readonly adobe?: 0 | 2 | null;
}

/**
 * A baseline JPEG of 16 x 16 pixels of one colour: each component is a constant, so that every
 * decoder gives exactly these values.
 *
 * @param components Values as they are stored, of 3 (YCbCr) or 4 components.
 */
export function flatJpeg(
  components: readonly number[],
  { adobe = null }: FlatJpegOptions = {},
): Uint8Array<ArrayBuffer> {
  const ids = components.map((_, i) => i + 1);
  const app14 = [..."Adobe"].map((letter) => letter.charCodeAt(0)).concat(0, 100, 0, 0, 0, 0);
  // Twelve categories of differences, all with codes of four bits.
  const lengths = [0, 0, 0, 12, ...new Array<number>(12).fill(0)];
  const categories = [...Array(12).keys()];
  let bits = "";
  const before = components.map(() => 0);
  for (let block = 0; block < 4; block++) {
    components.forEach((value, c) => {
      const difference = (value - 128) * 8 - before[c]!; // one for each component
      before[c] = (value - 128) * 8;
      const size = difference === 0 ? 0 : 32 - Math.clz32(Math.abs(difference));
      bits += size.toString(2).padStart(4, "0");
      const shifted = difference > 0 ? difference : difference + (1 << size) - 1;
      if (size > 0) bits += shifted.toString(2).padStart(size, "0");
      bits += "0"; // the block has nothing else
    });
  }
  bits = bits.padEnd(Math.ceil(bits.length / 8) * 8, "1");
  const data = (bits.match(/.{8}/g) ?? []).flatMap((byte) => {
    const value = parseInt(byte, 2);
    return value === 255 ? [255, 0] : [value];
  });
  return Uint8Array.from([
    ...[0xff, 0xd8],
    ...(adobe === null ? [] : segment(0xee, [...app14, adobe])),
    ...segment(0xdb, [0, ...new Array<number>(64).fill(1)]),
    ...segment(0xc0, [8, 0, 16, 0, 16, ids.length, ...ids.flatMap((id) => [id, 0x11, 0])]),
    ...segment(0xc4, [0x00, ...lengths, ...categories]),
    ...segment(0xc4, [0x10, 1, ...new Array<number>(15).fill(0), 0]),
    ...segment(0xda, [ids.length, ...ids.flatMap((id) => [id, 0]), 0, 63, 0]),
    ...data,
    ...[0xff, 0xd9],
  ]);
}
