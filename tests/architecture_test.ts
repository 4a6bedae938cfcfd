import assert from "node:assert/strict";

const ROOT = new URL("../", import.meta.url);
const LONGEST = 400;
const SKIPPED = /(^|\/)node_modules$|^(runs|tests\/golden)$|(^|\/)\./;

/** Who may import whom: a file may import its own row and the rows before it. */
const LAYERS: readonly (readonly RegExp[])[] = [
  [/^core\/(?!mod\.ts)[^/]+\.ts$/],
  [/^kernels\//],
  [/^core\/autograd\//],
  [/^core\/nn\//],
  [/^core\/training\//],
  [/^core\/mod\.ts$/],
  [/^algorithms\//, /^datasets\//],
  [/^experiment\//],
  [/^mod\.ts$/, /^cli\.ts$/],
  [/^bench\//],
  [/^tests\/golden\//],
  [/^tests\//, /^examples\//],
];

interface Source {
  readonly path: string;
  readonly text: string;
}

const sources = await readSources(ROOT, "");
const library = sources.filter(({ path }) => !/^(tests|bench|examples)\//.test(path));
const imports: Readonly<Record<string, string>> =
  JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT))).imports;

Deno.test("imports point one way only", () => {
  const wrong = sources.flatMap(({ path, text }) =>
    importsOf(text).flatMap((specifier) => {
      const target = resolveImport(path, specifier);
      // A data file, as deno.json with its version, stands below all.
      const allowed = !target?.endsWith(".ts") || mayImport(path, target);
      return allowed ? [] : [`${path} imports ${target}`];
    })
  );
  assert.deepEqual(wrong, []);
});

Deno.test("imports go to files of the project, node: or packages of deno.json", () => {
  const wrong = library.concat(sources.filter(({ path }) => path.startsWith("tests/")))
    .flatMap(({ path, text }) =>
      importsOf(text).filter((s) => resolveImport(path, s) === null && !isPackage(s))
        .map((specifier) => `${path} imports ${specifier}`)
    );
  assert.deepEqual(wrong, []);
});

Deno.test("nothing is imported from jsr: or https:", () => {
  const foreign = (specifier: string) => /^(jsr|https?):|^@std\//.test(specifier);
  const wrong = sources.flatMap(({ path, text }) =>
    importsOf(text).filter(foreign).map((specifier) => `${path} imports ${specifier}`)
  );
  assert.deepEqual([...wrong, ...Object.values(imports).filter(foreign)], []);
});

Deno.test("only cli.ts and *_deno.ts use Deno and node:", () => {
  const wrong = library.filter(({ path }) => path !== "cli.ts" && !path.endsWith("_deno.ts"))
    .filter(({ text }) =>
      /\bDeno\b/.test(codeOf(text, { strings: false })) ||
      importsOf(text).some((specifier) => specifier.startsWith("node:"))
    ).map(({ path }) => path);
  assert.deepEqual(wrong, []);
});

Deno.test("what mod.ts exports reaches no *_deno.ts, so that it runs in browsers", () => {
  const reached = new Set(["mod.ts", "core/mod.ts"]);
  for (const path of reached) {
    const { text } = sources.find((source) => source.path === path) ?? { text: "" };
    for (const specifier of importsOf(text)) {
      const target = resolveImport(path, specifier);
      if (target?.endsWith(".ts")) reached.add(target);
    }
  }
  assert.ok(reached.has("core/autograd/device.ts"));
  assert.deepEqual([...reached].filter((path) => /_deno\.ts$|^cli\.ts$/.test(path)), []);
});

Deno.test(`no file of the library is longer than ${LONGEST} lines`, () => {
  const lines = (text: string) => text.trimEnd().split("\n").length;
  const long = library.filter(({ text }) => lines(text) > LONGEST);
  assert.deepEqual(long.map(({ path, text }) => `${path} has ${lines(text)}`), []);
});

Deno.test("the tests above see the project", () => {
  const seen = library.flatMap(({ path, text }) => importsOf(text).map((s) => `${path} ${s}`));
  assert.ok(seen.includes("mod.ts ./core/mod.ts"));
  assert.ok(seen.length > library.length);
});

Deno.test("importsOf() finds imports in code only", () => {
  const text = [
    'import a from "./a.ts"; // import b from "./b.ts"',
    "import type {\n  C,\n} from './c.ts';",
    '/** import d from "./d.ts"; */',
    'export * from "./e.ts";',
    'export { type F } from "node:fs";',
    'const g = `\nimport g from "./g.ts";\n${await import("./h.ts")}`;',
    'import "./i.ts";',
    "const quote = /[`\"']/, half = 4 / 2;",
    'type J = import("./j.ts").J;',
  ].join("\n");
  const names = ["./a.ts", "./c.ts", "./e.ts", "node:fs", "./h.ts", "./i.ts", "./j.ts"];
  assert.deepEqual(importsOf(text).sort(), names.sort());
});

Deno.test("codeOf() leaves comments and texts out", () => {
  const text = '// Deno\nconst a = "Deno", b = `Deno ${Deno.pid} Deno`; /* Deno */';
  assert.equal(codeOf(text, { strings: false }).match(/Deno/g)?.length, 1);
  assert.equal(codeOf(text, { strings: true }).match(/Deno/g)?.length, 2);
});

Deno.test("mayImport() lets nothing go back up", () => {
  assert.ok(mayImport("core/training/a.ts", "core/nn/b.ts"));
  assert.ok(mayImport("core/nn/a.ts", "core/safetensors.ts"));
  assert.ok(!mayImport("core/nn/a.ts", "core/training/b.ts"));
  assert.ok(!mayImport("core/nn/a.ts", "core/mod.ts"));
  assert.ok(mayImport("algorithms/a.ts", "core/mod.ts"));
  assert.ok(!mayImport("core/mod.ts", "datasets/a.ts"));
  assert.ok(!mayImport("kernels/a.ts", "core/autograd/b.ts"));
  assert.ok(!mayImport("core/training/a.ts", "datasets/b.ts"));
  assert.ok(!mayImport("datasets/a.ts", "algorithms/b.ts"));
  assert.ok(!mayImport("experiment/a.ts", "tests/b.ts"));
});

async function readSources(folder: URL, path: string): Promise<Source[]> {
  const found: Source[] = [];
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (SKIPPED.test(path + name)) continue;
    if (isDirectory) {
      found.push(...await readSources(new URL(`${name}/`, folder), `${path}${name}/`));
    } else if (name.endsWith(".ts")) {
      found.push({ path: path + name, text: await Deno.readTextFile(new URL(name, folder)) });
    }
  }
  return found;
}

/** Path of what is imported, from the root; null if it is not of this project. */
function resolveImport(from: string, specifier: string): string | null {
  const target = /^\.\.?\//.test(specifier)
    ? new URL(specifier, new URL(from, ROOT)).href
    : imports[specifier]?.startsWith("./")
    ? new URL(imports[specifier], ROOT).href
    : "";
  return target.startsWith(ROOT.href) ? target.slice(ROOT.href.length) : null;
}

function isPackage(specifier: string): boolean {
  return specifier.startsWith("node:") ||
    Object.entries(imports).some(([name, target]) =>
      target.startsWith("npm:") && (specifier === name || specifier.startsWith(`${name}/`))
    );
}

function mayImport(from: string, target: string): boolean {
  const [own, other] = [from, target].map((path) =>
    LAYERS.findIndex((layer) => layer.some((folder) => folder.test(path)))
  ) as [number, number];
  if (own !== other) return other !== -1 && own > other;
  // Folders side by side in a row do not know each other.
  return own !== -1 &&
    LAYERS[own]?.find((f) => f.test(from)) === LAYERS[own]?.find((f) => f.test(target));
}

/** Specifiers of all imports and exports, dynamic and type imports included. */
function importsOf(text: string): string[] {
  const code = codeOf(text, { strings: true });
  const found = code.matchAll(
    /(?:^|[;\n])\s*(?:(?:import|export)\b[^;"'()]*?\bfrom\s*|import\s*)["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g,
  );
  return [...found].map(([, fixed, dynamic]) => fixed ?? dynamic ?? "");
}

/** The text without comments and template texts, and without strings if those are not wanted. */
function codeOf(text: string, { strings }: { readonly strings: boolean }): string {
  const token =
    /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'|(?<=(?:[(,=:[!&|?{};]|\breturn)\s*)\/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\n[])+\/[a-z]*|[`{}]/g;
  let code = "", at = 0;
  // A number for each open template: how many braces are open inside its `${`.
  const open: number[] = [];
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (!match) return code + text.slice(at);
    const [found] = match;
    code += text.slice(at, match.index);
    at = token.lastIndex;
    const depth = open.at(-1);
    if (found === "{" && depth !== undefined) open[open.length - 1] = depth + 1;
    if (found === "}" && depth !== undefined && depth > 0) open[open.length - 1] = depth - 1;
    if (found === "`" || (found === "}" && depth === 0)) {
      if (found === "}") open.pop();
      at = endOfTemplateText(text, at);
      if (text[at - 1] === "{") open.push(0);
      code += " ";
    } else if (found === "{" || found === "}" || (strings && /^["']/.test(found))) {
      code += found;
    } else {
      code += " ";
    }
  }
}

/** Where a template's text, begun before `at`, is over: behind its backtick or its next `${`. */
function endOfTemplateText(text: string, at: number): number {
  for (; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text[at] === "`") return at + 1;
    else if (text.startsWith("${", at)) return at + 2;
  }
  return at;
}
