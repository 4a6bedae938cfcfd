import assert from "node:assert/strict";
import { networkShape } from "../../bench/network/network_shape.ts";

Deno.test("networkShape() has the parameters and operations of WRN-28-2", () => {
  const { parameters, flops } = networkShape({
    depth: 28,
    width: 2,
    classes: 10,
  }, 32);
  const count = parameters.reduce((sum, { shape }) => sum + shape.reduce((a, b) => a * b, 1), 0);
  assert.equal(count, 1_467_610);
  assert.ok(Math.abs(flops / 429e6 - 1) < 0.01, `${flops}`);
  const names = parameters.map(({ name }) => name);
  assert.equal(new Set(names).size, names.length);
  assert.ok(names.includes("encoder.unit3.3.layer.5.weight"));
});

Deno.test("networkShape() has no shortcut where width 1 keeps the channels", () => {
  const { parameters } = networkShape({ depth: 10, width: 1, classes: 10 }, 32);
  const shortcuts = parameters.filter(({ name }) => name.includes("identity"));
  assert.deepEqual(shortcuts.map(({ name }) => name), [
    "encoder.unit2.0.identity.weight",
    "encoder.unit3.0.identity.weight",
  ]);
});

Deno.test("networkShape() refuses depths that no network has", () => {
  assert.throws(() => networkShape({ depth: 12, width: 1, classes: 10 }, 32), RangeError);
});
