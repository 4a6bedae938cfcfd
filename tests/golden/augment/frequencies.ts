/** How often each outcome came, by its name. */
export type Counts = ReadonlyMap<string, number>;

/** Standard deviations that a frequency test allows: one test in 10^7 fails by chance. */
const ALLOWED = 5.2;

/** Counts outcomes. */
export function countOf(outcomes: Iterable<string | number>): Counts {
  const counts = new Map<string, number>();
  for (const outcome of outcomes) {
    const name = String(outcome);
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/**
 * Why counts do not come from a law (weights of all outcomes that it has, in any unit), or null.
 * Pearson's chi-square, made normal by Wilson and Hilferty's cube root.
 */
export function misfit(counts: Counts, law: Counts): string | null {
  for (const outcome of counts.keys()) {
    if (!law.get(outcome)) return `${outcome} came out, which the law does not have`;
  }
  const drawn = sum(counts), whole = sum(law);
  if (drawn === 0) return "nothing was drawn";
  let statistic = 0;
  for (const [outcome, weight] of law) {
    const wanted = drawn * weight / whole;
    statistic += ((counts.get(outcome) ?? 0) - wanted) ** 2 / wanted;
  }
  const freedom = law.size - 1;
  if (freedom === 0) return null;
  const spread = 2 / (9 * freedom);
  const deviation = (Math.cbrt(statistic / freedom) - (1 - spread)) / Math.sqrt(spread);
  if (deviation < ALLOWED) return null;
  const shown = [...law.keys()].map((o) => `${o}: ${counts.get(o) ?? 0}`).join(", ");
  return `${shown} are ${deviation.toFixed(1)} standard deviations from the law`;
}

/** Which of `bins` equal parts of [least, greatest) each value lies in; `outside` for others. */
export function binned(
  values: readonly number[],
  [least, greatest]: readonly [number, number],
  bins: number,
): string[] {
  return values.map((v) => {
    const bin = Math.floor((v - least) / (greatest - least) * bins);
    return bin >= 0 && bin < bins ? String(bin) : "outside";
  });
}

function sum(counts: Counts): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}
