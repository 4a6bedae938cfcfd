/** What the pages say of the project: files, links, headings, operations. */
import assert from "node:assert/strict";
import * as core from "../core/mod.ts";

const ROOT = new URL("../", import.meta.url);

/** Text of every page by its path. */
const pages = new Map<string, string>();
for (const path of await markdown("")) {
  pages.set(path, await Deno.readTextFile(new URL(path, ROOT)));
}

Deno.test("pages name files of the project that are there", async () => {
  const missing: string[] = [];
  for (const [page, text] of pages) {
    // In capitals is what the reader puts in.
    for (const [, file] of text.matchAll(/`((?:[a-z0-9_.]+\/)+[a-z0-9_]+\.(?:ts|md|json))`/g)) {
      if (!await isThere(new URL(file!, ROOT))) missing.push(`${page}: ${file}`); // one group
    }
  }
  assert.deepEqual(missing, []);
});

Deno.test("links of the pages lead to files and headings that are there", async () => {
  const dead: string[] = [];
  let links = 0;
  for (const [page, text] of pages) {
    for (const [, target] of withoutCode(text).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target!)) continue; // one group
      links++;
      const { pathname, hash } = new URL(target!, new URL(page, ROOT));
      const path = decodeURIComponent(pathname.slice(ROOT.pathname.length));
      const there = await isThere(new URL(path, ROOT));
      const heading = hash === "" || headings(pages.get(path) ?? "").includes(hash.slice(1));
      if (!there || !heading) dead.push(`${page}: ${target}`);
    }
  }
  assert.ok(links > 80);
  assert.deepEqual(dead, []);
});

Deno.test("the operations that docs/plugins.md names beside PyTorch's are there", () => {
  const table = pages.get("docs/plugins.md")!.split("## Operations")[1]!.split("\n## ")[0]!;
  const names = table.split("\n").filter((line) => line.startsWith("| ")).slice(2)
    .flatMap((line) => [...line.split(" | ").at(-1)!.matchAll(/`([a-z][A-Za-z0-9]*)[`(]/g)])
    .map(([, name]) => name!);
  assert.ok(names.length > 50);
  const random = ["bernoulli", "permutation", "uniform"]; // of s.random()
  const unknown = names.filter((name) => !(name in core) && !random.includes(name));
  assert.deepEqual(unknown, []);
});

Deno.test("headings() names a heading as a link does", () => {
  assert.deepEqual(headings("# A `b` of 2\n\n```sh\n# no\n```\n## Who's there?\n"), [
    "a-b-of-2",
    "whos-there",
  ]);
});

/** Pages below a folder; those of packages and hidden folders are not ours. */
async function markdown(folder: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (/^(node_modules|runs)$|^\./.test(name)) continue;
    if (isDirectory) found.push(...await markdown(`${folder}${name}/`));
    else if (name.endsWith(".md")) found.push(folder + name);
  }
  return found.sort();
}

function isThere(url: URL): Promise<boolean> {
  return Deno.stat(url).then(() => true, () => false);
}

function withoutCode(text: string): string {
  return text.replaceAll(/^ *```.*?^ *```$/gms, "").replaceAll(/`[^`\n]*`/g, "``");
}

/** Names of a page's headings in links to them. */
function headings(text: string): string[] {
  const outside = text.replaceAll(/^ *```.*?^ *```$/gms, "");
  return [...outside.matchAll(/^#+ (.*)$/gm)].map(([, title]) =>
    title!.toLowerCase().replaceAll(/[^\p{L}\p{N} _-]/gu, "").replaceAll(" ", "-") // one group
  );
}
