import { stringify } from "csv-stringify/sync";
import type { PublishedScore, ResultTable } from "./result_table.ts";
import { measureWords, type Spread } from "./scores.ts";

/** Forms of a table by name. */
export const TABLE_FORMS: Readonly<Record<string, (table: ResultTable) => string>> = {
  markdown: markdownTable,
  csv: csvTable,
  latex: latexTable,
};

/** What a table's numbers are. */
const CAPTION = "Mean ± standard deviation (n − 1) over n seeds, in percent";

/** As Markdown, with a line that says what the numbers are. */
export function markdownTable(table: ResultTable): string {
  const cells = textCells(table, "±").map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const widths = cells[0]!.map((_, c) => Math.max(3, ...cells.map((row) => row[c]!.length)));
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, c) => cell.padEnd(widths[c]!)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  const [head, ...body] = cells;
  return [`${CAPTION}.`, "", line(head!), rule, ...body.map(line), ""].join("\n");
}

/** As LaTeX with the rules of `booktabs`. */
export function latexTable(table: ResultTable): string {
  const cells = textCells(table, "$\\pm$");
  const line = (row: readonly string[]) => `${row.map(escapeLatex).join(" & ")} \\\\`;
  const [head, ...body] = cells;
  const left = "l".repeat(table.keys.length);
  return [
    `% ${CAPTION}; needs \\usepackage{booktabs}`,
    `\\begin{tabular}{${left}${"r".repeat(head!.length - left.length)}}`,
    "\\toprule",
    line(head!),
    "\\midrule",
    ...body.map(line),
    "\\bottomrule",
    "\\end{tabular}",
    "",
  ].join("\n");
}

/** As CSV: a column each for mean, standard deviation and what is published, in percent. */
export function csvTable({ keys, measures, rows }: ResultTable): string {
  const published = hasPublished({ keys, measures, rows });
  const head = measures.flatMap((measure, m) => {
    const name = measureWords(measure);
    const own = [`${name}, mean (%)`, `${name}, std (%)`];
    return published[m]
      ? [...own, `${name}, published mean (%)`, `${name}, published std (%)`]
      : own;
  });
  return stringify([
    [...keys, ...head, "n"],
    ...rows.map((row) => [
      ...row.labels,
      ...measures.flatMap((_, m) => {
        const score = row.scores[m], other = row.published[m];
        const own = [score && 100 * score.mean, score?.std != null ? 100 * score.std : null];
        return published[m] ? [...own, other?.mean ?? null, other?.std ?? null] : own;
      }),
      row.n,
    ]),
  ]);
}

/** Head and rows as texts. */
function textCells(table: ResultTable, sign: string): string[][] {
  const published = hasPublished(table);
  const head = table.measures.flatMap((measure, m) => {
    const name = measureWords(measure);
    return published[m] ? [name, `published ${name}`] : [name];
  });
  return [
    [...table.keys, ...head, "n"],
    ...table.rows.map((row) => [
      ...row.labels,
      ...table.measures.flatMap((_, m) => {
        const own = spreadText(row.scores[m] ?? null, sign);
        return published[m] ? [own, publishedText(row.published[m] ?? null, sign)] : [own];
      }),
      String(row.n),
    ]),
  ];
}

/** Whether any row has a published number, measure by measure. */
function hasPublished({ measures, rows }: ResultTable): boolean[] {
  return measures.map((_, m) => rows.some((row) => row.published[m]));
}

function spreadText(score: Spread | null, sign: string): string {
  if (!score) return "–";
  const mean = (100 * score.mean).toFixed(1);
  return score.std === null ? mean : `${mean} ${sign} ${(100 * score.std).toFixed(1)}`;
}

function publishedText(score: PublishedScore | null, sign: string): string {
  if (!score) return "–";
  return score.std === null ? `${score.mean}` : `${score.mean} ${sign} ${score.std}`;
}

/** Escapes LaTeX's own characters; `$\pm$` is ours. */
function escapeLatex(text: string): string {
  return text.split("$\\pm$").map((part) =>
    part.replaceAll("\\", "\\textbackslash ").replaceAll(/[&%$#_{}]/g, "\\$&")
      .replaceAll("~", "\\textasciitilde ").replaceAll("^", "\\textasciicircum ")
      .replaceAll("–", "--")
  ).join("$\\pm$");
}
