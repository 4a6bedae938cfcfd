/** How a resize weighs pixels. */
export type ResizeFilter = "bilinear" | "bicubic";

/** Weights of a resize along one axis, as `kernels/augment/steps/resample.ts` reads them. */
export interface ResampleWeights {
  /** A record `[first tap, number of taps, weights × taps]` for each output. */
  readonly records: Int32Array;
  /** Weights a record has room for. */
  readonly taps: number;
}

const FILTERS: Readonly<
  Record<ResizeFilter, { readonly support: number; weight(x: number): number }>
> = {
  bilinear: { support: 1, weight: (x) => Math.max(1 - Math.abs(x), 0) },
  bicubic: {
    support: 2,
    weight(x) {
      const a = -0.5, d = Math.abs(x);
      if (d < 1) return ((a + 2) * d - (a + 3)) * d * d + 1;
      return d < 2 ? (((d - 5) * d + 8) * d - 4) * a : 0;
    },
  },
};

/** Most weights that an output of a resize may have. */
export function resampleTaps(from: number, to: number, filter: ResizeFilter): number {
  return Math.ceil(FILTERS[filter].support * Math.max(from / to, 1)) * 2 + 1;
}

/**
 * Weights of Pillow's resize of 8-bit images from `from` to `to` pixels: the filter widened by the
 * scale where the image shrinks, normalised in doubles, rounded to 22-bit fixed point.
 *
 * @param options.taps Weights that a record has room for; as many as are needed if left out.
 * @param options.first The first output that is wanted.
 * @param options.count How many are; all by default.
 */
export function resampleWeights(
  from: number,
  to: number,
  { filter, taps = resampleTaps(from, to, filter), first: start = 0, count: outputs = to }: {
    readonly filter: ResizeFilter;
    readonly taps?: number;
    readonly first?: number;
    readonly count?: number;
  },
): ResampleWeights {
  const { support, weight } = FILTERS[filter];
  const scale = from / to, stretch = Math.max(scale, 1), reach = support * stretch;
  const records = new Int32Array(outputs * (taps + 2));
  for (let i = 0; i < outputs; i++) {
    const centre = (start + i + 0.5) * scale;
    const first = Math.trunc(Math.max(0, centre - reach + 0.5));
    const count = Math.trunc(Math.min(from, centre + reach + 0.5)) - first;
    const inverse = 1 / stretch;
    const weights = Array.from(
      { length: count },
      (_, t) => weight((t + first - centre + 0.5) * inverse),
    );
    let sum = 0;
    for (const w of weights) sum += w;
    const fixed = weights.map((w) => {
      const v = (sum === 0 ? w : w / sum) * 2 ** 22;
      return Math.trunc(v < 0 ? v - 0.5 : v + 0.5);
    });
    records.set([first, count, ...fixed], i * (taps + 2));
  }
  return { records, taps };
}
