import assert from "node:assert/strict";
import { conv2dValueAt } from "../../bench/cases/conv2d_value.ts";
import type { Conv2dKind, Conv2dProblem, Conv2dShape } from "../../bench/contender.ts";
import { randomArray } from "../../bench/random_array.ts";

function problem(shape: Conv2dShape): Conv2dProblem {
  const { batch, size, inChannels, outChannels, kernel, stride } = shape;
  return {
    ...shape,
    kind: "forward",
    x: randomArray(batch * inChannels * size ** 2, 1),
    w: randomArray(inChannels * outChannels * kernel ** 2, 2),
    dy: randomArray(batch * outChannels * (size / stride) ** 2, 3),
  };
}

Deno.test("conv2dValueAt() counts the taps inside the image", () => {
  const ones = {
    batch: 1,
    size: 4,
    inChannels: 2,
    outChannels: 1,
    kernel: 3,
    stride: 1,
  } as const;
  const all = problem(ones);
  const filled = { ...all, x: all.x.fill(1), w: all.w.fill(1) };
  assert.equal(conv2dValueAt(filled, 0), 2 * 4);
  assert.equal(conv2dValueAt(filled, 1), 2 * 6);
  assert.equal(conv2dValueAt(filled, 5), 2 * 9);
});

Deno.test("conv2dValueAt() has gradients that are the forward pass's adjoints", () => {
  for (const [kernel, stride] of [[3, 1], [3, 2], [1, 1], [1, 2]] as const) {
    const p = problem({
      batch: 2,
      size: 6,
      inChannels: 3,
      outChannels: 2,
      kernel,
      stride,
    });
    const dot = (kind: Conv2dKind, v: Float32Array) =>
      v.reduce((sum, value, i) => sum + value * conv2dValueAt({ ...p, kind }, i), 0);
    const forward = dot("forward", p.dy);
    assert.ok(Math.abs(forward) > 0.1);
    assert.ok(
      Math.abs(dot("input", p.x) - forward) < 1e-9,
      `input ${kernel} ${stride}`,
    );
    assert.ok(
      Math.abs(dot("filter", p.w) - forward) < 1e-9,
      `filter ${kernel} ${stride}`,
    );
  }
});
