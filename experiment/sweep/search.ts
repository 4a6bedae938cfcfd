import { spreadOf, valueAt } from "../tables/scores.ts";

/** A run that has reached a mark, or has not. */
export interface Contender {
  readonly id: string;
  /** Number of its configuration. */
  readonly configuration: number;
  /** Its `summary.json`; null if it failed. */
  readonly summary: unknown;
}

/** A configuration's standing at a mark. */
export interface Standing {
  readonly configuration: number;
  /** Mean over its runs. */
  readonly score: number;
}

/** The search cannot go on: what it goes by is missing. */
export class MissingScore extends Error {
  override readonly name = "MissingScore";
}

/**
 * Ranks configurations by their mean over seeds, the best first; of equals the first of the plan. A
 * configuration with a failed run has no standing.
 *
 * @param by Dotted path to a number in a summary, of which more is better.
 * @throws {MissingScore} If a run that has reached the mark has no number there.
 */
export function standings(contenders: readonly Contender[], by: string): readonly Standing[] {
  const groups = Map.groupBy(contenders, ({ configuration }) => configuration);
  return [...groups].flatMap(([configuration, runs]) => {
    const scores = runs.map((run) => run.summary === null ? null : numberAt(run, by));
    const spread = scores.includes(null) ? null : spreadOf(scores.filter((s) => s !== null));
    return spread ? [{ configuration, score: spread.mean }] : [];
  }).toSorted((a, b) => b.score - a.score || a.configuration - b.configuration);
}

/** The number that a search goes by. */
function numberAt({ id, summary }: Contender, by: string): number {
  const value = valueAt(summary, by);
  if (typeof value === "number" && Number.isFinite(value)) return value;
  throw new MissingScore(
    `The search goes by '${by}', but summary.json of ${id} has no number there: ${
      by.startsWith("validation")
        ? "set images aside with split.valid, or search by evaluation.balancedAccuracy, which looks at the test images"
        : "give a path such as evaluation.balancedAccuracy"
    }`,
  );
}

/**
 * How many of n configurations go on at a mark: their share, rounded, but at least one.
 *
 * @param keep Share, in (0, 1).
 */
export function kept(n: number, keep: number): number {
  return Math.min(n, Math.max(1, Math.round(n * keep)));
}
