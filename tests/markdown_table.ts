/** A table in Markdown as `deno fmt` leaves it, the head first. */
export function markdownTable(rows: readonly (readonly string[])[]): string {
  const cells = rows.map((row) => row.map((cell) => cell.replaceAll("|", "\\|")));
  const [head = [], ...body] = cells;
  const length = (cell = "") => [...cell].length;
  const widths = head.map((_, c) => Math.max(3, ...cells.map((row) => length(row[c]))));
  const line = (row: readonly string[]) =>
    `| ${widths.map((w, c) => (row[c] ?? "") + " ".repeat(w - length(row[c]))).join(" | ")} |`;
  const rule = `| ${widths.map((w) => "-".repeat(w)).join(" | ")} |`;
  return [line(head), rule, ...body.map(line)].join("\n");
}
