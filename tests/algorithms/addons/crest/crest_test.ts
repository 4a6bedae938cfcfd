import assert from "node:assert/strict";
import { crestAlignmentExponent } from "../../../../algorithms/addons/crest/crest.ts";

Deno.test("crestAlignmentExponent() falls by generations and is 1 for a single one", () => {
  assert.deepEqual([0, 1, 2].map(crestAlignmentExponent({ generations: 3 })), [1, 0.75, 0.5]);
  assert.equal(crestAlignmentExponent({ generations: 1 })(0), 1);
});
