import assert from "node:assert/strict";
import bench from "../../bench/deno.json" with { type: "json" };
import project from "../../deno.json" with { type: "json" };
import tests from "../deno.json" with { type: "json" };

// Bench and tests have configurations of their own, so that nobody else downloads what they need.
for (const [folder, config] of [["bench", bench], ["tests", tests]] as const) {
  Deno.test(`${folder}/deno.json maps the project's imports to the same`, () => {
    const mapped = Object.entries(project.imports).map(([name, target]) => [
      name,
      target.replace(/^\.\//, "../"),
    ]);
    assert.deepEqual({ ...config.imports, ...Object.fromEntries(mapped) }, config.imports);
    assert.deepEqual(config.compilerOptions, project.compilerOptions);
  });
}
