import assert from "node:assert/strict";
import { mergeResults } from "../../bench/merge_results.ts";

const old =
  "# Results\n\nWhat they are.\n\n## a\n\nold a\n\nmore\n\n## gone\n\nx\n\n## c\n\nold c\n";

Deno.test("mergeResults() replaces and inserts sections, and keeps all others", () => {
  const merged = mergeResults(old, [{ name: "c", text: "new c" }, { name: "b", text: "new b" }], [
    "a",
    "b",
    "c",
    "d",
  ]);
  assert.equal(
    merged,
    "# Results\n\nWhat they are.\n\n## a\n\nold a\n\nmore\n\n## b\n\nnew b\n\n## c\n\nnew c\n",
  );
  assert.equal(mergeResults(merged, [], ["a", "b", "c"]), merged);
});
