/**
 * Says which sample comes next, for ever.
 *
 * What it gives depends only on how it was made and on `cursor`, so saving that one number is
 * enough to go on as if nothing had happened.
 */
export interface Sampler {
  /** How many samples it draws from; it gives positions 0 … `size` − 1. */
  readonly size: number;
  /** How many positions were given so far. */
  readonly cursor: number;
  /** The next `count` positions. */
  next(count: number): Int32Array<ArrayBuffer>;
  /** Goes on as if `cursor` positions had been given. */
  seek(cursor: number): void;
}

/** Refuses what cannot be a cursor. */
export function checkCursor(cursor: number): void {
  if (Number.isSafeInteger(cursor) && cursor >= 0) return;
  throw new RangeError(`Cannot go to sample ${cursor}: give a whole number from 0 up`);
}
