/** A column of {@link classTable}: a number for each class. */
export interface ClassColumn {
  readonly name: string;
  readonly counts: readonly number[];
}

/** Width of a bar in characters. */
const BAR = 30;

/** A row a class for the terminal, with a bar for the first column; the head comes first. */
export function classTable(
  classNames: readonly string[],
  columns: readonly ClassColumn[],
): string[] {
  const most = Math.max(1, ...columns[0]?.counts ?? []);
  const wide = Math.max(5, ...classNames.map((name) => name.length));
  const cell = (value: string | number) => String(value).padStart(10);
  const rows = classNames.map((name, c) => {
    const bar = "█".repeat(Math.ceil((columns[0]?.counts[c] ?? 0) / most * BAR));
    // Every column counts every class.
    return name.padEnd(wide) + columns.map(({ counts }) => cell(counts[c]!)).join("") + `  ${bar}`;
  });
  return [
    "class".padEnd(wide) + columns.map(({ name }) => cell(name)).join(""),
    ...rows,
  ].map((line) => line.trimEnd());
}
