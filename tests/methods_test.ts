/** docs/methods.md: what every method is, made from the registry and the methods' own comments. */
import assert from "node:assert/strict";
import { algorithms, basesOf } from "../algorithms/registry.ts";
import type { ErasedSpec } from "../core/mod.ts";
import { formulaLines } from "../experiment/config/formula_lines.ts";
import { markdownTable } from "./markdown_table.ts";

const ROOT = new URL("../", import.meta.url);
const PAGE = new URL("docs/methods.md", ROOT);
const HOOKS = ["pseudoLabel", "mask", "loss", "priorUpdate"] as const;

const specs = algorithms.map(({ spec }) => spec);
const addons = specs.filter(({ kind }) => kind === "addon");
const bases = specs.filter(({ kind }) => kind === "base");

/** Text of the files of the methods. */
const sources: string[] = [];
for (const folder of ["algorithms/bases/", "algorithms/addons/"]) await readFolder(folder);

async function readFolder(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
    if (isDirectory) await readFolder(`${folder}${name}/`);
    else sources.push(await Deno.readTextFile(new URL(`${folder}${name}`, ROOT)));
  }
}

/** What the comment over a method says: its idea, and how code and paper differ. */
function commentOf(name: string): { readonly idea: string; readonly deviations: string } {
  const start = `export const ${name}: Algorithm<`;
  const source = sources.find((text) => text.includes(start));
  assert.ok(source, `no file has '${start}'`);
  const before = source.slice(0, source.indexOf(start));
  const comment = before.slice(before.lastIndexOf("/**") + 3, before.lastIndexOf("*/"));
  const lines = comment.split("\n").map((line) => line.replace(/^ \* ?/, "").trim());
  const example = lines.findIndex((line) => line.startsWith("@"));
  const paragraphs = lines.slice(0, example < 0 ? lines.length : example).join("\n").trim()
    .split(/\n\n+/);
  const split = paragraphs.findIndex((text) => /^(?:Follows|As in) /.test(text));
  const end = split < 0 ? paragraphs.length : split;
  return {
    idea: paragraphs.slice(0, end).join("\n\n"),
    deviations: paragraphs.slice(end).join("\n\n"),
  };
}

/** Names in words: all of them, a few, or all but a few. */
function namesOf(some: readonly string[], all: readonly ErasedSpec[]): string {
  const code = (names: readonly string[]) => names.map((name) => `\`${name}\``).join(", ");
  const others = all.map(({ name }) => name).filter((name) => !some.includes(name));
  if (some.length === 0) return "none";
  if (others.length === 0) return "all";
  return some.length <= others.length ? code(some) : `all but ${code(others)}`;
}

function combines(spec: ErasedSpec): string {
  if (spec.kind === "addon") return `Add-on; stands on ${namesOf(basesOf(spec), bases)}.`;
  const carried = addons.filter((addon) => basesOf(addon).includes(spec.name));
  return `Base; carries ${namesOf(carried.map(({ name }) => name), addons)}.`;
}

function section(spec: ErasedSpec): string {
  const { name, paper, defaults, docs = {}, formulas = {} } = spec;
  const { idea, deviations } = commentOf(name);
  const options = Object.entries(defaults).map(([key, value]) => [
    `\`${key}\``,
    `\`${JSON.stringify(value)}\``,
    docs[key]!, // every option has a sentence: tests/experiment/config/options_test.ts
  ]);
  return [
    `## ${name}`,
    `${paper === "baseline" ? "A baseline" : paper}. ${combines(spec)}`,
    idea,
    `\`\`\`text\n${formulaLines(formulas).join("\n")}\n\`\`\``,
    options.length === 0
      ? "It has no options."
      : markdownTable([["option", "default", "what it is"], ...options]),
    ...deviations === "" ? [] : [`**Code and paper.** ${deviations}`],
  ].join("\n\n");
}

const SYMBOLS: readonly (readonly [string, string])[] = [
  ["x, y", "a labeled image and its class"],
  ["u", "an unlabeled image; as a view, the image as it is"],
  ["α(·), A(·)", "weak and strong view; α₁, α₂ and A₁, A₂ where there are two"],
  ["z(v)", "logits of `main` for a view, after the `adjust` of all methods; z⁰ before it"],
  ["p(v), p⁰(v)", "softmax of z(v), of z⁰(v)"],
  ["f(v)", "features"],
  ["z_b, p_b, f_avg", "the same of another head (here b), of the averaged network (avg)"],
  ["q", "targets of an unlabeled image, at first p(α(u)), without gradient"],
  [
    "q̂",
    "what losses take of q: its most probable class; q itself where an add-on has made targets soft",
  ],
  ["soft", "losses take q as it is"],
  ["m", "weight of an unlabeled image, at first 1"],
  ["w", "weight of a labeled image, at first 1"],
  ["π", "labeled class frequencies"],
  ["C, N_k", "number of classes, labeled images of class k"],
  ["t, S", "steps done, steps of the run; where a method divides the run, of its part"],
  ["e, E", "epochs done, epochs of the same"],
  ["H(r, z)", "cross entropy −Σ_k r_k log softmax(z)_k; a class stands for its one-hot row"],
  ["KL(a ‖ b)", "Σ_k a_k log(a_k ÷ b_k)"],
  ["mean", "over the images of the batch and, of strong views, over all of them"],
  ["max, argmax", "over classes"],
  ["1[…]", "1 where it holds, else 0"],
  ["a ← b", "from here on a is b; what is kept in this way moves in every step"],
  ["a ∝ b", "b scaled to sum 1"],
  ["ema(a, b)", "`momentum` · a + (1 − `momentum`) · b"],
  ["ramp", "rises from 0 to 1 in the first `rampShare` of the run"],
  ["sharpen(q, T)", "∝ q^(1/T)"],
  ["align(q, a, b)", "∝ q (a + 1e-6) ÷ (b + 1e-6)"],
];

function methodsPage(): string {
  const lists = [bases, addons].map((list) =>
    list.map(({ name }) => `[${name}](#${name})`).join(", ")
  );
  return `# Methods

What each method computes, with its default options, and where released code and paper differ. A
recipe may state other options ([recipes.md](recipes.md)); \`deno task options NAME\` has options and
formulas on the command line. Every method is held to golden values of the original code.

Bases: ${lists[0]}.

Add-ons: ${lists[1]}.

## Symbols

Formulas stand beside the name of the hook or slot that computes them ([plugins.md](plugins.md)),
\`loss\` term by term. A Greek letter is the option whose sentence names it, λ is \`lambda\`, τ \`tau\`, β
\`beta\`, T \`temperature\` where no sentence does; words are options by their names. Logarithms of shares have a
small floor, which is left out, and so are constants that keep sums from being 0.

${markdownTable([["symbol", "is"], ...SYMBOLS])}

${specs.map(section).join("\n\n")}
`;
}

/** A page as \`deno fmt\` leaves it. */
async function formatted(text: string): Promise<string> {
  const config = new URL("deno.json", ROOT).pathname;
  const fmt = new Deno.Command(Deno.execPath(), {
    args: ["fmt", "--quiet", "--ext", "md", "--config", config, "-"],
    stdin: "piped",
    stdout: "piped",
  }).spawn();
  const writer = fmt.stdin.getWriter();
  await writer.write(new TextEncoder().encode(text));
  await writer.close();
  const { success, stdout } = await fmt.output();
  assert.ok(success);
  return new TextDecoder().decode(stdout);
}

Deno.test("docs/methods.md says of every method what it is and computes", async () => {
  const text = await formatted(methodsPage());
  if (Deno.env.get("UPDATE_DOCS")) await Deno.writeTextFile(PAGE, text);
  assert.equal(
    await Deno.readTextFile(PAGE),
    text,
    "run UPDATE_DOCS=1 deno test -A tests/methods_test.ts",
  );
});

Deno.test("each of a method's four hooks has a formula, and none has one that is not there", () => {
  for (const spec of specs) {
    const formulas = Object.keys(spec.formulas ?? {});
    const missing = HOOKS.filter((hook) => spec[hook] && !formulas.includes(hook));
    assert.deepEqual(missing, [], spec.name);
    const unknown = formulas.filter((hook) => !(hook in spec));
    assert.deepEqual(unknown, [], spec.name);
  }
});

Deno.test("formulas are single lines, of symbols whose options there are", () => {
  for (const { name, formulas = {}, defaults } of specs) {
    for (const [hook, formula] of Object.entries(formulas)) {
      assert.match(formula, /^\S(?:[^\n]*\S)?$/, `${name}.${hook}`);
      if (formula.includes("ema(")) assert.ok("momentum" in defaults, `${name}.${hook}`);
      if (/(?<!\p{L})ramp(?!\p{L})/u.test(formula)) {
        assert.ok("ramp" in defaults, `${name}.${hook}`);
      }
      if (/λ(?![₁₂_])/u.test(formula)) assert.ok("lambda" in defaults, `${name}.${hook}`);
    }
  }
});

Deno.test("a method's comment names the options by which code and paper differ", async () => {
  const text = await Deno.readTextFile(new URL("docs/recipes.md", ROOT));
  const tables = text.split("## Where paper and code differ")[1]!; // there is the heading
  const named = tables.split("\n").flatMap((line) => {
    const [, first = ""] = line.split("|");
    const [, name] = /`([a-z]+)\./.exec(first) ?? [];
    const keys = [...first.matchAll(/`(?:[a-z]+\.)?([a-zA-Z]+)`/g)].map(([, key]) => key!);
    return name ? keys.map((key) => [name, key] as const) : [];
  });
  assert.ok(named.length > 30);
  const silent = named.filter(([name, key]) => !commentOf(name).deviations.includes(`\`${key}\``));
  assert.deepEqual(silent, []);
});
