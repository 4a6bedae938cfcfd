import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { goldenRows } from "./golden_rows.ts";

const folder = Deno.env.get("LONGTAIL_GOLDEN") ?? fileURLToPath(new URL(".", import.meta.url));

/** A test a group of the folder, so that a new group is tested unasked. */
for (const { name } of [...Deno.readDirSync(folder)].sort((a, b) => a.name < b.name ? -1 : 1)) {
  if (!name.endsWith(".json")) continue;
  const group = name.slice(0, -".json".length);
  Deno.test(`golden ${group} agrees with its reference`, async () => {
    const wrong: string[] = [];
    for await (const row of goldenRows(folder, [group])) {
      if (row.status !== "fail") continue;
      wrong.push(`${row.case}: ${row.tensor} is off by ${row.worst} of the allowance: ${row.why}`);
    }
    assert.deepEqual(wrong, []);
  });
}
