import assert from "node:assert/strict";
import {
  binsBetween,
  calibrationErrors,
  reliabilityBins,
} from "../../../../../core/training/metrics/calibration/reliability_bins.ts";

Deno.test("reliabilityBins() puts a confidence of 1 in a bin of its own if left-closed", () => {
  const { count } = reliabilityBins([0, 0.99, 1], [0, 1, 1], { bins: 4, closed: "left" });
  assert.deepEqual([...count], [1, 0, 0, 1, 1]);
});

Deno.test("reliabilityBins() leaves a confidence of 0 out if right-closed", () => {
  const bins = reliabilityBins([0, 0.25, 1], [0, 1, 1], { bins: 4, closed: "right" });
  assert.deepEqual([...bins.count], [1, 0, 0, 1]);
  assert.equal(bins.samples, 3);
});

Deno.test("reliabilityBins() finds a float32 confidence on the edge it stands for", () => {
  const confidence = Float32Array.of(0.6);
  const left = reliabilityBins(confidence, [1], { bins: 15, closed: "left" });
  const right = reliabilityBins(confidence, [1], { bins: 15, closed: "right" });
  assert.equal(left.count[9], 1);
  assert.equal(right.count[8], 1);
});

Deno.test("reliabilityBins() has the left-closed edges of torch.linspace(0, 1, 16)", () => {
  // Bins of the float32 values k / 15 for k from 1 to 14, as PyTorch 1.13 sorts them.
  const torch = [1, 2, 2, 4, 5, 5, 6, 8, 9, 10, 11, 12, 13, 14];
  torch.forEach((bin, i) => {
    const confidence = Float32Array.of((i + 1) / 15);
    const { count } = reliabilityBins(confidence, [1], { bins: 15, closed: "left" });
    assert.equal(count.indexOf(1), bin, `${i + 1} / 15`);
  });
});

Deno.test("reliabilityBins() refuses lists of unlike length and senseless bins", () => {
  assert.throws(() => reliabilityBins([0.5], [1, 0]), TypeError);
  assert.throws(() => reliabilityBins([0.5], [1], { bins: 0 }), RangeError);
});

Deno.test("binsBetween() owns upper edges and ignores what lies below the first", () => {
  const bins = binsBetween([0.1, 0.2, 0.3, 1], [1, 1, 0, 1], { edges: [0.1, 0.2, 1] });
  assert.deepEqual([...bins.count], [1, 2]);
  assert.deepEqual([...bins.accuracy], [1, 0.5]);
});

Deno.test("calibrationErrors() are 0 for a calibrated classifier", () => {
  const bins = reliabilityBins([0.75, 0.75, 0.75, 0.75], [1, 1, 1, 0]);
  assert.deepEqual(calibrationErrors(bins), { expected: 0, maximum: 0, overconfidence: 0 });
});

Deno.test("calibrationErrors() count only too much confidence as overconfidence", () => {
  const timid = calibrationErrors(reliabilityBins([0.25, 0.25], [1, 1]));
  assert.deepEqual(timid, { expected: 0.75, maximum: 0.75, overconfidence: 0 });
  const bold = calibrationErrors(reliabilityBins([0.75, 0.75, 0.25, 0.25], [0, 0, 1, 0]));
  assert.deepEqual(bold, { expected: 0.5, maximum: 0.75, overconfidence: 0.28125 });
});
