import assert from "node:assert/strict";
import { algorithms, basesOf } from "../algorithms/registry.ts";
import { setInfos } from "../datasets/sets/set_info.ts";
import { markdownTable } from "./markdown_table.ts";

const path = new URL("../README.md", import.meta.url);

/** Cells of the table of methods, the head first. */
function methodRows(): string[][] {
  const bases = algorithms.flatMap(({ spec }) => spec.kind === "base" ? [spec.name] : []);
  const rows = algorithms.map(({ spec }) => {
    const fit = basesOf(spec), others = bases.filter((base) => !fit.includes(base));
    const few = fit.length <= others.length ? fit.join(", ") : `all but ${others.join(", ")}`;
    const stands = spec.kind === "base" ? "base" : few;
    return [`\`${spec.name}\``, stands, spec.paper];
  });
  return [["method", "stands on", "paper"], ...rows];
}

/** Cells of the table of data sets, the head first. */
function setRows(): string[][] {
  const rows = Object.entries(setInfos).map(([name, { title, packed, downloads, source = {} }]) => {
    const { size, byHand, terms = "" } = source;
    const files = byHand === undefined
      ? downloads.map(({ file }) => `\`${file}\``).join(" and ")
      : `by hand: ${byHand}`;
    const ready = !packed && downloads.length === 0;
    return [
      `\`${name}\``,
      title,
      size === undefined ? "nothing" : `${files}, ${size}`,
      terms,
      ready ? "none needed" : `\`deno task data prepare ${name} --data-dir DIR\``,
    ];
  });
  return [["name", "what it is", "what is downloaded", "terms", "command"], ...rows];
}

/** Holds the part of the README between two markers against what the code says. */
async function checkPart(marker: string, rows: readonly string[][]): Promise<void> {
  const start = `<!-- ${marker} -->`;
  const text = await Deno.readTextFile(path);
  const from = text.indexOf(start) + start.length, to = text.indexOf(`<!-- /${marker} -->`);
  assert.ok(from > start.length && to > from, `the markers of ${marker} are gone`);
  const part = `\n\n${markdownTable(rows)}\n\n`;
  if (Deno.env.get("UPDATE_README")) {
    await Deno.writeTextFile(path, text.slice(0, from) + part + text.slice(to));
    return;
  }
  assert.equal(text.slice(from, to), part, "run UPDATE_README=1 deno test -A tests/readme_test.ts");
}

Deno.test("README lists the methods of the registry", () => checkPart("methods", methodRows()));

Deno.test("README lists all data sets: what is downloaded, size, terms and command", async () => {
  for (const [name, { downloads, source = {} }] of Object.entries(setInfos)) {
    const { size, terms, byHand } = source;
    if (downloads.length > 0) assert.ok(size && terms && byHand === undefined, name);
  }
  await checkPart("data sets", setRows());
});
