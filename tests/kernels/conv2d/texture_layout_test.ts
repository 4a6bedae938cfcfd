import assert from "node:assert/strict";
import { textureLayout, textureSize } from "../../../kernels/conv2d/texture_layout.ts";

const limits = { side: 100, layers: 8 };
const room = { margin: 1, rows: 9, columns: 11 };

Deno.test("textureLayout() leaves the room that readers ask for", () => {
  const layout = textureLayout([3, 8, 10, 5], room, limits)!; // fits
  assert.equal(layout.chunks, 2);
  assert.equal(layout.rows, 10);
  assert.equal(layout.columns, 12);
  assert.deepEqual(textureSize(layout), { width: 24, height: 10, layers: 3 });
});

Deno.test("textureLayout() stacks images where there are more than layers", () => {
  const layout = textureLayout([17, 8, 10, 5], room, limits)!; // fits
  assert.equal(layout.perLayer, 3);
  assert.deepEqual(textureSize(layout), { width: 24, height: 30, layers: 6 });
});

Deno.test("textureLayout() is null beyond the limits", () => {
  assert.notEqual(textureLayout([80, 8, 10, 32], room, limits), null);
  assert.equal(textureLayout([81, 8, 10, 32], room, limits), null); // 11 images of 10 rows a layer
  assert.equal(textureLayout([1, 8, 10, 33], room, limits), null); // 12 columns of 9 texels
});
