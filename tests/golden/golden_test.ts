import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { goldenRows } from "./golden_rows.ts";

const folder = Deno.env.get("LONGTAIL_GOLDEN") ?? fileURLToPath(new URL(".", import.meta.url));
const MAX_SKIPPED = 0.03;
const counts = { run: 0, skipped: 0 };

/** A test a group of the folder, so that a new group is tested unasked. */
for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".json")) continue;
  const group = name.slice(0, -".json".length);
  Deno.test(`golden ${group} agrees with its reference`, async () => {
    const wrong: string[] = [];
    for await (const row of goldenRows(folder, [group])) {
      counts.run++;
      if (row.status === "skip") counts.skipped++;
      if (row.status === "skip" && (row.why ?? "").length < 10) {
        wrong.push(`${row.case}: no reason`);
      }
      if (row.status !== "fail") continue;
      wrong.push(`${row.case}: ${row.tensor} is off by ${row.worst} of the allowance: ${row.why}`);
    }
    assert.deepEqual(wrong, []);
  });
}

Deno.test("few golden cases are skipped", () => {
  assert.ok(counts.skipped <= MAX_SKIPPED * counts.run, `${counts.skipped} of ${counts.run}`);
});
