import type { Amount } from "./bench_case.ts";
import { geometricMean, median, spread } from "./statistics.ts";

/** What the adapter reaches at most, measured in the same run. */
export interface Peak {
  readonly gflops: number;
  readonly gbps: number;
}

/** One contender's figures for one case. */
export interface Row {
  readonly name: string;
  readonly shape: string;
  readonly contender: string;
  /** Median. */
  readonly milliseconds: number;
  /** Smallest and largest. */
  readonly spread: readonly [number, number];
  readonly gflops?: number;
  readonly gbps?: number;
  readonly imagesPerSecond?: number;
  readonly fractionOfPeak?: number;
  /** What a method asks for beyond its base, in words. */
  readonly asks?: string;
  /** Its time beside those of others that took turns with it. */
  readonly shares?: readonly Share[];
}

/** A time beside another's. */
export interface Share {
  /** Whose. */
  readonly of: string;
  /** This time ÷ the other's, round by round; median. */
  readonly share: number;
  /** The other's time, median. */
  readonly milliseconds: number;
}

/** How many times as long as longtail another contender takes. */
export interface Ratio {
  readonly name: string;
  readonly shape: string;
  readonly versus: string;
  readonly ratio: number;
}

/** A contender that failed a case, or gave a wrong result. */
export interface Failure {
  readonly name: string;
  readonly shape: string;
  readonly contender: string;
  readonly why: string;
}

/** All of a bench; what `--json` writes. */
export interface Report {
  readonly adapter: { readonly name: string; readonly software: boolean };
  readonly processor: string;
  readonly cores: number;
  /** What a millisecond is. */
  readonly clock: string;
  /** ISO 8601. */
  readonly date: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly peak: Peak;
  readonly rows: readonly Row[];
  readonly ratios: readonly Ratio[];
  readonly failures: readonly Failure[];
}

/** A row from measured milliseconds and what a run does. */
export function rowOf(
  who: Pick<Row, "name" | "shape" | "contender">,
  samples: readonly number[],
  { amount, peak }: { amount: Amount; peak: Peak },
): Row {
  const { name, shape, contender } = who;
  const milliseconds = median(samples);
  // 10⁶ operations in a millisecond are 10⁹ a second.
  const gflops = amount.flops === undefined ? undefined : amount.flops / milliseconds / 1e6;
  const gbps = amount.bytes === undefined ? undefined : amount.bytes / milliseconds / 1e6;
  const images = amount.images === undefined ? undefined : amount.images / milliseconds * 1e3;
  const rate = images !== undefined
    ? { imagesPerSecond: images }
    : gflops !== undefined
    ? { gflops }
    : gbps !== undefined
    ? { gbps }
    : {};
  const fraction = gflops !== undefined
    ? { fractionOfPeak: gflops / peak.gflops }
    : gbps !== undefined
    ? { fractionOfPeak: gbps / peak.gbps }
    : {};
  return {
    name,
    shape,
    contender,
    milliseconds,
    spread: spread(samples),
    ...rate,
    ...fraction,
  };
}

/** Every other contender's milliseconds ÷ longtail's, case by case. */
export function ratiosOf(rows: readonly Row[]): Ratio[] {
  return rows.flatMap(({ name, shape, contender, milliseconds }) => {
    const ours = rows.find((row) =>
      row.name === name && row.shape === shape && row.contender === "longtail"
    );
    if (!ours || contender === "longtail") return [];
    return [{
      name,
      shape,
      versus: contender,
      ratio: milliseconds / ours.milliseconds,
    }];
  });
}

/** Geometric mean over the shapes, by name and contender, in the order of the ratios. */
export function meanRatios(
  ratios: readonly Ratio[],
): (Omit<Ratio, "shape"> & { readonly shapes: number })[] {
  const groups = Map.groupBy(
    ratios,
    ({ name, versus }) => `${name}\n${versus}`,
  );
  return [...groups.values()].map((group) => ({
    name: group[0]?.name ?? "",
    versus: group[0]?.versus ?? "",
    ratio: geometricMean(group.map(({ ratio }) => ratio)),
    shapes: group.length,
  }));
}
