import type { ResultTable } from "./result_table.ts";
import { measureWords, type Spread } from "./scores.ts";

/** Runs side by side: a row a setting, and how they differ. */
export interface Comparison {
  readonly table: ResultTable;
  /** Options that are not the same in all settings, with the value of each. */
  readonly differing: readonly {
    readonly key: string;
    readonly values: readonly string[];
  }[];
}

/** A comparison for a terminal: scores first, a numbered row a setting, then the options by number. */
export function comparisonText({ table, differing }: Comparison): string {
  const numbered = table.rows.map((_, i) => String(i + 1));
  const scores = grid([
    ["", ...table.keys, ...table.measures.map((measure) => shortHead(measureWords(measure))), "n"],
    ...table.rows.map((row, i) => [
      numbered[i]!, // one a row
      ...row.labels,
      ...row.scores.map(spreadText),
      String(row.n),
    ]),
  ], table.keys.length + 1);
  if (differing.length === 0) return scores;
  const options = grid([
    ["settings that differ", ...numbered],
    ...differing.map(({ key, values }) => [key, ...values]),
  ], numbered.length + 1);
  return `${scores}\n\n${options}`;
}

/** `balanced accuracy, last` without its rule, where all scores are of the last evaluation. */
function shortHead(words: string): string {
  return words.replace(/, last$/, "");
}

function spreadText(score: Spread | null): string {
  if (!score) return "–";
  const mean = `${(100 * score.mean).toFixed(1)} %`;
  return score.std === null ? mean : `${mean} ± ${(100 * score.std).toFixed(1)}`;
}

/** Cells in columns, those from `left` on to the right. */
function grid(rows: readonly (readonly string[])[], left: number): string {
  const widths = rows[0]!.map((_, c) => Math.max(...rows.map((row) => row[c]!.length))); // as many in each
  return rows.map((row) =>
    row.map((cell, c) => c < left ? cell.padEnd(widths[c]!) : cell.padStart(widths[c]!))
      .join("  ").trimEnd()
  ).join("\n");
}
