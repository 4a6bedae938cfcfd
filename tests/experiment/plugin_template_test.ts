import assert from "node:assert/strict";
import { capturedRun } from "./cli/captured_run.ts";

/** Runs Deno as a user would in a folder of his own. */
async function deno(cwd: string, ...args: readonly string[]) {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd, stderr: "piped" });
  const { code, stderr } = await command.output();
  return { code, err: new TextDecoder().decode(stderr) };
}

Deno.test("a plugin as plugin new writes it compiles in its own folder and passes its test", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail new " });
  try {
    const path = `${folder}/soft-start`;
    const made = await capturedRun("plugin", "new", "soft-start", "--out", path);
    assert.equal(made.code, 0, made.err);
    assert.match(made.out, /soft_start\.ts, soft_start_test\.ts, deno\.json\n/);
    const tested = await deno(path, "test", "-A", "--quiet");
    assert.equal(tested.code, 0, tested.err);
    const file = `${path}/soft_start.ts`;
    const text = await Deno.readTextFile(file);
    await Deno.writeTextFile(file, text.replace("s.config.strength", "s.config.strenght"));
    const broken = await deno(path, "check", "--quiet", "soft_start.ts");
    assert.equal(broken.code, 1);
    assert.match(broken.err, /Property 'strenght' does not exist/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
