import assert from "node:assert/strict";
import { algorithms } from "../../../algorithms/registry.ts";
import { choicesOf, configJsonSchema } from "../../../experiment/config/json_schema.ts";
import { OPTIMIZERS } from "../../../experiment/config/optimizer_options.ts";
import { OPTIONS, type RunOption } from "../../../experiment/config/options.ts";
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

/** The values of an option that has a few. */
function choices(option: RunOption): string[] {
  const values = choicesOf(option);
  return values.length === 0 ? [] : [`One of ${values.map((v) => `\`${v}\``).join(", ")}.`];
}

function optionsPage(): string {
  const run = [...OPTIONS].map(([key, option]) => [
    `\`${key}\``,
    key === "optimizer" ? "`sgd`" : code(option.default),
    option.recipe ? "yes" : "no",
    [option.doc, ...choices(option)].join(" "),
  ]);
  const optimizers = [...OPTIMIZERS].flatMap(([kind, rows]) =>
    [...rows].map(([name, row]) => [
      `\`optimizer.${name}\``,
      `\`${kind}\``,
      row.default === undefined ? "none" : code(row.default),
      row.doc,
    ])
  );
  const methods = specs.flatMap(({ name, defaults }) =>
    Object.entries(defaults).map(([key, value]) => [`\`${name}.${key}\``, code(value)])
  );
  return `# Options of a run

Keys of \`config.yaml\` and of \`--set\`; in YAML a dot begins a section. A recipe is what a method
brings along for a data set ([recipes.md](recipes.md)); it states only options whose row says so,
and what the user sets wins. \`deno task list options\` prints this list, with the methods of
\`--plugin\` too.

For an editor that completes and checks the file, write the schema beside it and begin it with a
line that names it ([config.schema.json](config.schema.json) is the same, without plugins):

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

What each means is said in its type, e.g. \`FixMatchOptions\`; recipes change the defaults for their
data sets.

${markdownTable([["option", "default"], ...methods])}
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
  assert.deepEqual(properties.fixmatch.properties.threshold, { type: "number", default: 0.95 });
  assert.deepEqual(properties.balpoe.properties.tau.items, { type: "number" });
  assert.equal(properties.batch.additionalProperties, false);
  assert.doesNotMatch(JSON.stringify(schema), /"required"/);
});
