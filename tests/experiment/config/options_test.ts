import assert from "node:assert/strict";
import { algorithms } from "../../../algorithms/registry.ts";
import { configJsonSchema } from "../../../experiment/config/json_schema.ts";
import { OTHER_NAMES } from "../../../experiment/config/key_names.ts";
import { type OptionRow, optionRows } from "../../../experiment/config/option_rows.ts";
import { OPTIMIZERS } from "../../../experiment/config/optimizer_options.ts";
import { OPTIONS } from "../../../experiment/config/options.ts";
import { DEFAULTS } from "../../../experiment/config/schema.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import { markdownTable } from "../../markdown_table.ts";

const ROOT = new URL("../../../", import.meta.url);
const RENEW = "UPDATE_DOCS=1 deno test -A tests/experiment/config/options_test.ts";

const specs = algorithms.map(({ spec }) => spec);

/** Holds a generated file against what the code says. */
async function checkFile(path: string, text: string): Promise<void> {
  const url = new URL(path, ROOT);
  if (Deno.env.get("UPDATE_DOCS")) await Deno.writeTextFile(url, text);
  assert.equal(await Deno.readTextFile(url), text, `run ${RENEW}`);
}

const code = (value: unknown) => `\`${JSON.stringify(value)}\``;

const rows = optionRows(specs);
const rowsOf = (kind: OptionRow["of"]["kind"]) => rows.filter(({ of }) => of.kind === kind);

/** What an option is, and the values of one that has a few. */
function words({ doc, choices }: OptionRow): string {
  if (choices.length === 0) return doc;
  return `${doc} One of ${choices.map((v) => `\`${v}\``).join(", ")}.`;
}

function optionsPage(): string {
  const run = rowsOf("run").map((row) => [
    `\`${row.key}\``,
    row.key === "optimizer" ? "`sgd`" : code(row.default),
    row.recipe ? "yes" : "no",
    words(row),
  ]);
  const optimizers = rowsOf("optimizer").map((row) => [
    `\`${row.key}\``,
    `\`${row.of.name}\``,
    row.default === undefined ? "none" : code(row.default),
    row.doc,
  ]);
  const methods = rowsOf("method").map((row) => [`\`${row.key}\``, code(row.default), row.doc]);
  const names = Object.entries(OTHER_NAMES).map(([name, key]) => [
    `\`${name}\``,
    key.startsWith(".") ? `\`${key.slice(1)}\` of the method` : `\`${key}\``,
  ]);
  return `# Options of a run

Keys of \`config.yaml\` and of \`--set\`; in YAML a dot begins a section. A recipe is what a method
brings along for a data set ([recipes.md](recipes.md)); it states only options whose row says so,
and what the user sets wins. \`deno task options\` prints this list, \`options daso\` that of a method
or stack, \`options batch\` that of a section; with the methods of \`--plugin\` too, and as JSON for
scripts.

A run's \`config.yaml\` begins with a line that names its schema, by which editors complete and check
it. For files of your own, and for methods from outside, write a schema beside them
([config.schema.json](config.schema.json) is the same, without plugins):

\`\`\`sh
deno task list options --json > longtail.schema.json
\`\`\`

\`\`\`yaml
# yaml-language-server: $schema=longtail.schema.json
algorithm: fixmatch+daso
\`\`\`

${markdownTable([["option", "default", "recipe", "what it is"], ...run])}

## Optimizers

\`optimizer.kind\` is \`sgd\`, \`adam\` or \`adamw\`; another kind brings its own settings.

${markdownTable([["option", "kind", "default", "what it is"], ...optimizers])}

## Options of methods

Recipes change the defaults for their data sets.

${markdownTable([["option", "default", "what it is"], ...methods])}

## Names in PyTorch and USB

Who gives one of these is told the option's name here.

${markdownTable([["there", "here"], ...names])}
`;
}

Deno.test("docs/options.md lists every option", () => checkFile("docs/options.md", optionsPage()));

Deno.test("docs/config.schema.json is the schema of a run's options", () =>
  checkFile("docs/config.schema.json", `${JSON.stringify(configJsonSchema(specs), null, 2)}\n`));

Deno.test("an option's sentence is the one over its property", async () => {
  const files = [
    "core/training/plugin/recipe.ts",
    "core/nn/optimizer.ts",
    "experiment/config/run_config.ts",
  ];
  const texts = await Promise.all(files.map((path) => Deno.readTextFile(new URL(path, ROOT))));
  const plain = (text: string) => text.replaceAll(/\s*\n\s*(?:\*(?!\/)\s*)?/g, " ");
  const types = plain(texts.join("\n"));
  const rows = [...OPTIONS, ...[...OPTIMIZERS.values()].flatMap((all) => [...all])];
  for (const [key, { doc }] of rows) {
    const name = key.split(".").at(-1);
    assert.ok(types.includes(`/** ${doc} */ readonly ${name}`), `${key}: ${doc}`);
  }
});

Deno.test("a method's sentence for an option is the one over its property", async () => {
  const texts: string[] = [];
  const read = async (folder: URL): Promise<void> => {
    for await (const { name, isDirectory } of Deno.readDir(folder)) {
      if (isDirectory) await read(new URL(`${name}/`, folder));
      else texts.push(await Deno.readTextFile(new URL(name, folder)));
    }
  };
  await read(new URL("algorithms/", ROOT));
  const types = texts.join("\n").replaceAll(/\s*\n\s*(?:\*(?!\/)\s*)?/g, " ");
  for (const { name, defaults, docs = {} } of specs) {
    assert.deepEqual(Object.keys(docs).toSorted(), Object.keys(defaults).toSorted(), name);
    for (const [key, doc] of Object.entries(docs)) {
      assert.ok(types.includes(`/** ${doc} */ ${key}:`), `${name}.${key}: ${doc}`);
    }
  }
});

Deno.test("OPTIONS have defaults that their types take", () => {
  for (const [key, { type, default: fallback }] of OPTIONS) {
    assert.deepEqual(type.parse(fallback), fallback, key);
  }
  assert.equal(DEFAULTS.batch.labeled, 64);
  assert.deepEqual(resolveConfig([]).config.dataset, DEFAULTS.dataset);
});

Deno.test("configJsonSchema() has sections, types, ranges and methods' options, and demands nothing", () => {
  const schema = JSON.parse(JSON.stringify(configJsonSchema(specs)));
  const { properties } = schema;
  assert.equal(properties.batch.properties.labeled.minimum, 1);
  assert.deepEqual(properties.dataDir.anyOf.map((t: { type: string }) => t.type), [
    "string",
    "null",
  ]);
  assert.deepEqual(properties.adapter.enum, ["high-performance", "low-power", "fallback"]);
  assert.deepEqual(properties.fixmatch.properties.threshold, {
    description: "Confidence from which a pseudo-label counts: τ in the paper.",
    type: "number",
    default: 0.95,
  });
  assert.deepEqual(properties.balpoe.properties.tau.items, { type: "number" });
  assert.equal(properties.batch.additionalProperties, false);
  assert.doesNotMatch(JSON.stringify(schema), /"required"/);
});
