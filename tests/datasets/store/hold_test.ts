import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { hold } from "../../../datasets/store/hold_deno.ts";

Deno.test("hold() lets one do the work at a time, and leaves nothing", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-hold-" }), path = `${folder}/.lock`;
  try {
    {
      using _ = await hold(path, "do it");
      await assert.rejects(hold(path, "do it"), (error) => {
        return error instanceof BadInput &&
          error.message ===
            `Cannot do it: another process (${Deno.pid}) does it already; wait until ` +
              "it ends, or stop it";
      });
    }
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    using _ = await hold(path, "do it");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("hold() is not kept up by a process that was killed", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-hold-" }), path = `${folder}/.lock`;
  const module = new URL("../../../datasets/store/hold_deno.ts", import.meta.url);
  const code = `import { hold } from ${JSON.stringify(module.href)};
    await hold(${
    JSON.stringify(path)
  }, "do it"); console.log("held"); setInterval(() => {}, 1000);`;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", `data:text/typescript,${encodeURIComponent(code)}`],
    stdout: "piped",
  }).spawn();
  try {
    const reader = child.stdout.getReader();
    assert.match(new TextDecoder().decode((await reader.read()).value), /held/);
    await assert.rejects(hold(path, "do it"), new RegExp(`another process \\(${child.pid}\\)`));
    child.kill("SIGKILL");
    await child.status;
    using _ = await hold(path, "do it");
    await reader.cancel();
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("hold() holds nothing where nobody can write", async () => {
  using _ = await hold("/proc/none/.lock", "do it");
  using __ = await hold("/proc/none/.lock", "do it");
});
