import assert from "node:assert/strict";
import { variantFigures } from "../../bench/variant_figures.ts";

Deno.test("variantFigures() compares round by round with those that did not fail", () => {
  const variant = { name: "b+c", asks: "an average", against: ["b", "failed"] };
  const others = new Map([["b", [10, 20, 40]], ["b+c", [11, 30, 44]]]);
  const { shares, asks } = variantFigures(variant, [11, 30, 44], others);
  assert.deepEqual(shares, [{ of: "b", share: 1.1, milliseconds: 20 }]);
  assert.equal(asks, "an average");
  assert.deepEqual(variantFigures({ name: "b" }, [10], others), { shares: [] });
});
