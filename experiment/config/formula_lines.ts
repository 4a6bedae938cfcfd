import type { Formulas } from "../../core/training/plugin/algorithm.ts";

/** Columns of a line, as of the pages. */
const WIDTH = 100;
/** What goes on with the line before it stands further in. */
const HANGING = 2;

/**
 * A method's formulas as text: the hook's name, then each part of its formula on a line of its own.
 *
 * @param indent What every line begins with.
 */
export function formulaLines(formulas: Formulas, indent: string = ""): string[] {
  const hooks = Object.entries(formulas);
  const column = indent.length + 2 + Math.max(0, ...hooks.map(([hook]) => hook.length));
  return hooks.flatMap(([hook, formula]) =>
    formula.split("; ").flatMap((part) => wrapped(part, WIDTH - column))
      .map((line, i) => `${`${indent}${i === 0 ? hook : ""}`.padEnd(column)}${line}`)
  );
}

/** Words in lines of a width. */
function wrapped(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if ([...longer].length <= width) line = longer;
    else {
      lines.push(line);
      line = `${" ".repeat(HANGING)}${word}`;
    }
  }
  return [...lines, line];
}
