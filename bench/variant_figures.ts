import type { Variant } from "./bench_case.ts";
import type { Row, Share } from "./report.ts";
import { median } from "./statistics.ts";

/** What a row says of a variant; others that failed are not compared with. */
export function variantFigures(
  { asks, against = [] }: Variant,
  samples: readonly number[],
  others: ReadonlyMap<string, readonly number[]>,
): Required<Pick<Row, "shares">> & Pick<Row, "asks"> {
  const shares = against.flatMap((of): Share[] => {
    const other = others.get(of);
    if (!other) return [];
    const share = median(samples.map((ms, round) => ms / (other[round] ?? NaN)));
    return [{ of, share, milliseconds: median(other) }];
  });
  return { shares, ...(asks === undefined ? {} : { asks }) };
}
