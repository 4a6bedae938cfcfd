import assert from "node:assert/strict";
import bench from "../../bench/deno.json" with { type: "json" };
import project from "../../deno.json" with { type: "json" };

// The bench has a configuration of its own, so that its peers are downloaded for the bench only.
Deno.test("bench/deno.json maps the project's imports to the same", () => {
  const mapped = Object.entries(project.imports).map(([name, target]) => [
    name,
    target.replace(/^\.\//, "../"),
  ]);
  assert.deepEqual({ ...bench.imports, ...Object.fromEntries(mapped) }, bench.imports);
  assert.deepEqual(bench.compilerOptions, project.compilerOptions);
});
