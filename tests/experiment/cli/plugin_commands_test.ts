import assert from "node:assert/strict";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-plugins-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

/** A plugin file whose `mask` is as given. */
async function plugin(file: string, { name = "mine", mask = "mask: (_s, _t, m) => m" } = {}) {
  const path = `${scratch}/${file}.ts`;
  await Deno.writeTextFile(
    path,
    `import { defineAlgorithm } from "@longtail/longtail/core";
export default defineAlgorithm({
  name: "${name}",
  kind: "addon",
  paper: "a test",
  requires: ["strong-view", "labeled-logits", "pseudo-labels"],
  defaults: { share: 1 },
  ${mask},
});
`,
  );
  return path;
}

Deno.test("plugin new writes a method that plugin check likes", async () => {
  const folder = `${scratch}/new-one`;
  const made = await capturedRun("plugin", "new", "new-one", "--out", folder);
  assert.equal(made.code, 0, made.err);
  const { code, out, err } = await capturedRun("plugin", "check", `${folder}/new_one.ts`);
  assert.equal(code, 0, err);
  assert.match(out, /^ok +fixmatch\+new-one\n/);
});

Deno.test("plugin check compiles a method before it tries it", async () => {
  const mask = "mask: (s, _t, m) => s.config.sahre > 0 ? m : m";
  const { code, out, err } = await capturedRun("plugin", "check", await plugin("option", { mask }));
  assert.equal(code, 1);
  assert.match(out, /^FAILED .*option\.ts: it does not compile/);
  assert.match(err, /Property 'sahre' does not exist/);
});

Deno.test("a plugin is refused where its name is taken or a part is misspelt", async () => {
  const cases: [string, RegExp][] = [
    [await plugin("taken", { name: "daso" }), /brings a method called 'daso', as another is/],
    [await plugin("part", { mask: "maks: (_s, _t, m) => m" }), /part 'maks'.*did you mean 'mask'/],
    [await plugin("waits", { mask: "mask: async (_s, _t, m) => m" }), /'mask' .* is asynchronous/],
  ];
  for (const [path, why] of cases) {
    for (const command of [["plugin", "check", path], ["train", "--plugin", path]]) {
      const { code, err } = await capturedRun(...command);
      assert.equal(code, 2);
      assert.match(err, why);
    }
  }
});

Deno.test("plugin check finds a method that remembers in a variable", async () => {
  const mask = "mask: (_s, _t, m) => mul(m, 1 / ++calls)";
  const path = await plugin("closure", { mask });
  const text = await Deno.readTextFile(path);
  await Deno.writeTextFile(
    path,
    text.replace("{ defineAlgorithm }", "{ defineAlgorithm, mul }") + "let calls = 0;\n",
  );
  const { code, out } = await capturedRun("plugin", "check", path);
  assert.equal(code, 1);
  assert.match(out, /^FAILED fixmatch\+mine: a run that is saved, restored and continued ends in/);
});
