/**
 * A table in aligned columns, which is Markdown too. Columns whose cells are all numbers or empty
 * stand to the right.
 */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const numeric = head.map((_, column) =>
    rows.every((row) => /^$|^[\d.,]+( ?[%×]| \(.*\))?$/.test(row[column] ?? ""))
  );
  const width = head.map((title, column) =>
    Math.max(3, title.length, ...rows.map((row) => (row[column] ?? "").length))
  );
  const line = (cells: readonly string[]) =>
    `| ${
      width.map((w, i) => numeric[i] ? (cells[i] ?? "").padStart(w) : (cells[i] ?? "").padEnd(w))
        .join(" | ")
    } |`;
  const rule = `| ${
    width.map((w, i) => numeric[i] ? `${"-".repeat(w - 1)}:` : "-".repeat(w))
      .join(" | ")
  } |`;
  return [line(head), rule, ...rows.map(line)].join("\n");
}
