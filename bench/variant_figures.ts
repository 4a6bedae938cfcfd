import type { Variant } from "./bench_case.ts";
import type { Row } from "./report.ts";
import { median } from "./statistics.ts";

/**
 * What a row says of a variant: its time as a share of each other's it is held against, round by
 * round, and of those shares the median. Others that failed are left out.
 */
export function variantFigures(
  { asks, against = [] }: Variant,
  samples: readonly number[],
  others: ReadonlyMap<string, readonly number[]>,
): Required<Pick<Row, "shares">> & Pick<Row, "asks"> {
  const shares = against.flatMap((of) => {
    const other = others.get(of);
    if (!other) return [];
    return [{ of, share: median(samples.map((ms, round) => ms / (other[round] ?? NaN))) }];
  });
  return { shares, ...(asks === undefined ? {} : { asks }) };
}
