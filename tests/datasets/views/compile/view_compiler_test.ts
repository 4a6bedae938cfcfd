import assert from "node:assert/strict";
import { compileViews } from "../../../../datasets/views/compile/compile_views.ts";
import { resampleTaps, resampleWeights } from "../../../../datasets/images/resample_weights.ts";
import { viewSize } from "../../../../datasets/views/augment.ts";
import type { OperationChoice, Stage } from "../../../../datasets/views/view_spec.ts";

const half = [0.5, 0.5, 0.5] as const;
const spec = (...stages: Stage[]) => ({ stages, mean: half, std: half });
const choices = (...operations: OperationChoice[]): Stage => ({
  kind: "randAugment",
  count: 1,
  choices: operations,
});

for (
  const [stages, message] of [
    [
      [{ kind: "crop", pad: 0, border: "zero", size: 17 }],
      "Cannot crop 17 x 17 from 16 x 16 pixels with a margin of 0",
    ],
    [
      [{ kind: "crop", pad: 16, border: "reflect" }],
      "Cannot reflect 16 pixels around an image of 16 x 16",
    ],
    [
      [{ kind: "crop", pad: 1, border: "zero", at: { top: 0, left: 3 } }],
      "Cannot crop at (0, 3): there are 3 x 3 places",
    ],
    [[{ kind: "centerCrop", size: 20 }], "Cannot take the middle 20 pixels of 16 x 16"],
    [
      [{ kind: "resizedCrop", size: 8, box: { top: 9, left: 0, height: 8, width: 8 } }],
      "Cannot take 8 x 8 pixels at (9, 0) of 16 x 16",
    ],
    [[{ kind: "resize", size: 0 }], "Cannot resize to 0 x 0 pixels"],
    [[{ kind: "hide", length: 4 }, { kind: "flip" }], "Stage 'flip' follows 'hide', the last one"],
    [
      [{ kind: "hide", length: 4, centre: { x: 16, y: 0 } }],
      "Pixel (16, 0) is not in 16 x 16 pixels",
    ],
    [
      [choices({ operation: "rotate" })],
      "Operation 'rotate' has no magnitude: give values or a range",
    ],
    [[choices({ operation: "cutout" })], "Operation 'cutout' has no sizes: give values"],
    [
      [choices({ operation: "invert", range: [0, 1] })],
      "Operation 'invert' has no range of magnitudes: give values",
    ],
    [
      [choices({ operation: "color", values: [NaN] })],
      "Cannot do color by NaN: give a number",
    ],
    [
      [{
        kind: "policy",
        policies: [[{ operation: "invert", probability: 1 }], [
          { operation: "invert", probability: 1 },
          { operation: "equalize", probability: 1 },
        ]],
      }],
      "Policies of different lengths: give each as many operations",
    ],
    [[{ kind: "colorJitter", contrast: -1 }], "Cannot jitter contrast by -1: give 0 or more"],
    [
      [{ kind: "randAugment", count: 40, choices: [{ operation: "invert" }] }],
      "The view draws 80 blocks of random numbers an image: 64 at most",
    ],
  ] as const satisfies readonly (readonly [readonly Stage[], string])[]
) {
  Deno.test(`compileViews() refuses: ${message}`, () => {
    const compile = () => compileViews([spec(...stages)], { height: 16, width: 16 });
    assert.throws(compile, { name: "RangeError", message });
  });
}

Deno.test("compileViews() refuses no views, too many, and views of different sizes", () => {
  const size = { height: 16, width: 16 };
  const small = spec({ kind: "centerCrop", size: 8 });
  assert.throws(() => compileViews([], size), /Cannot make 0 views at once: give 1 to 8/);
  assert.throws(() => compileViews(Array(9).fill(small), size), /Cannot make 9 views/);
  assert.throws(
    () => compileViews([small, spec()], size),
    /Cannot make views of 8 x 8 and of 16 x 16 pixels at once/,
  );
});

Deno.test("compileViews() makes no step of flips and crops alone", () => {
  const weak = spec({ kind: "flip" }, { kind: "crop", pad: 2, border: "reflect" });
  const { steps, capacity } = compileViews([weak], { height: 16, width: 16 });
  assert.deepEqual({ steps, capacity }, { steps: 0, capacity: 0 });
});

Deno.test("viewSize() follows the size through the stages", () => {
  const from = { height: 40, width: 60 };
  assert.deepEqual(viewSize(spec(), from), from);
  const stages: Stage[] = [{ kind: "resizeShorter", size: 20 }, { kind: "centerCrop", size: 14 }];
  assert.deepEqual(viewSize(spec(stages[0]!), from), { height: 20, width: 30 }); // two stages
  assert.deepEqual(viewSize(spec(...stages), from), { height: 14, width: 14 });
});

Deno.test("resampleWeights() are whole: taps inside the image, weights that sum to one", () => {
  for (const filter of ["bilinear", "bicubic"] as const) {
    for (const [from, to] of [[96, 32], [32, 96], [7, 5], [5, 7], [1, 9], [9, 1], [224, 224]]) {
      const { records, taps } = resampleWeights(from!, to!, { filter }); // pairs
      assert.equal(taps, resampleTaps(from!, to!, filter));
      for (let i = 0; i < to!; i++) {
        const [first, count, ...weights] = records.subarray(i * (taps + 2), (i + 1) * (taps + 2));
        assert.ok(first! >= 0 && count! >= 1 && count! <= taps && first! + count! <= from!);
        const sum = weights.slice(0, count).reduce((a, b) => a + b, 0);
        assert.ok(Math.abs(sum - 2 ** 22) <= count!);
      }
    }
  }
});
