/** Images of one size that can be read in any range. */
export interface RawImages {
  readonly images: number;
  /** Height and width. */
  readonly size: number;
  /** HWC, u8, `count` images from `from` on. */
  read(from: number, count: number): Uint8Array;
}
