/**
 * The table that tells one kernel what every view draws: views are data, so a kernel serves all.
 * It begins with the places of the views; a view has a head, what its stages point to, and stages.
 * Numbers with a fraction are the bits of an f32; places in a view count from its start.
 *
 * @module
 */
/** Words of a stage in the table that `drawProgramKernel()` reads: `[kind, slot, step, parameters]`. */
export const STAGE = 13;

/**
 * Words of a view's head: `[stages, steps, flags of the last window, place of the stages, scale × 3,
 * bias × 3]`. All places count from the view's start.
 */
export const VIEW = 10;

/**
 * Words of an operation to choose: `[first word of its step, law, parameters × 6, probability]`, the
 * last one that of being applied once it is drawn.
 */
export const ENTRY = 9;

/** Kinds of stages. Sizes are those of the image as the stage finds it. */
export const Draw = {
  /** `[axis, probability, size - 1]` */
  flip: 0,
  /** `[first x, number of x, first y, number of y]`; the first may be below 0. */
  crop: 1,
  /** `[flags, height, width]`: makes a step of the flips and crops so far. */
  window: 2,
  /**
   * `[weights, taps, weights, taps, height, new width, new height, left, top, width]`: two steps
   * that resize a box, columns first.
   */
  resize: 3,
  /** `[choices, operations in it, height, width]` */
  operation: 4,
  /** `[least size, greatest size, least centre, colour, height, width]` */
  cutout: 5,
  /** `[height, width, size, least scale, greatest, least log ratio, greatest, weights, taps]` */
  resizedCrop: 6,
  /** `[length, first y, number of y, first x, number of x, height, width]`: a normalised box. */
  hide: 7,
  /** `[place]`: a step that is always the same. */
  step: 8,
  /** `[choices, operations in it, height, width, probability]`: a step for each operation, in random order, or all skipped. */
  shuffle: 9,
  /** `[choices, policies, operations of each, height, width]`: all operations of one policy. */
  policy: 10,
} as const;

/** Laws of an operation's magnitude. */
export const Law = {
  /** `[number, place]`: one of these steps. */
  steps: 0,
  /**
   * `[least, greatest, flags, colour, mean, deviation]` for all below, {@linkcode Flag} saying what
   * else is drawn, mean and deviation being shares of the range: the parameter is the magnitude itself,
   */
  factor: 1,
  /** bits to keep, truncated, */
  bits: 2,
  /** a threshold, */
  threshold: 3,
  /** an addend, rounded down, */
  addend: 4,
  /** a shift in pixels along x or y, */
  shiftX: 5,
  shiftY: 6,
  /** a shear along x or y, */
  shearX: 7,
  shearY: 8,
  /** an angle in degrees, */
  rotate: 9,
  /** a share of the circle of hues. */
  hue: 11,
  /** `[number, place, colour, least centre]`: a filled box of one of these sizes. */
  box: 10,
} as const;

/** Bits of the flags of a range. */
export const Flag = {
  /** A coin decides the sign. */
  signed: 1,
  /** A coin makes the bilinear filter bicubic. */
  mixed: 2,
  /** The magnitude is truncated to a whole number. */
  whole: 4,
  /** The magnitude is normal, clipped to the range, not uniform. */
  normal: 8,
} as const;

/** Slots of four random words that a row of a view has. */
export const SLOTS = 64;

/** Tries of a random resized crop, each a slot. */
export const TRIES = 10;

/** Largest number of views in one dispatch. */
export const MAX_VIEWS = 8;
