import assert from "node:assert/strict";
import { algorithms } from "../algorithms/registry.ts";

const START = "<!-- methods -->", END = "<!-- /methods -->";
const path = new URL("../README.md", import.meta.url);

/** The README's table of methods, made from the registry. */
function methodTable(): string {
  const bases = algorithms.filter(({ spec }) => spec.kind === "base").map(({ spec }) => spec.name);
  const rows = algorithms.map(({ spec }) => {
    const stands = spec.kind === "base" ? "base" : (spec.bases ?? bases).join(", ");
    return [`\`${spec.name}\``, stands, spec.paper];
  });
  const all = [["method", "stands on", "paper"], ...rows];
  const widths = [0, 1, 2].map((c) => Math.max(...all.map((row) => [...row[c]!].length))); // 3 cells
  const line = (row: string[]) =>
    `| ${row.map((cell, c) => cell + " ".repeat(widths[c]! - [...cell].length)).join(" | ")} |`;
  return [
    line(all[0]!), // the head
    `| ${widths.map((w) => "-".repeat(w)).join(" | ")} |`,
    ...rows.map(line),
  ].join("\n");
}

Deno.test("README lists the methods of the registry", async () => {
  const text = await Deno.readTextFile(path);
  const from = text.indexOf(START) + START.length, to = text.indexOf(END);
  assert.ok(from > START.length && to > from, "the table's markers are gone");
  const table = `\n\n${methodTable()}\n\n`;
  if (Deno.env.get("UPDATE_README")) {
    await Deno.writeTextFile(path, text.slice(0, from) + table + text.slice(to));
    return;
  }
  assert.equal(
    text.slice(from, to),
    table,
    "run UPDATE_README=1 deno test -A tests/readme_test.ts",
  );
});
