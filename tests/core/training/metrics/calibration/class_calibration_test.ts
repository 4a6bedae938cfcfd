import assert from "node:assert/strict";
import {
  adaptiveCalibrationError,
  staticCalibrationError,
} from "../../../../../core/training/metrics/calibration/class_calibration.ts";

const SURE = [1, 0, 0, 1, 1, 0, 0, 1];

Deno.test("staticCalibrationError() sees agreement, not the class itself", () => {
  // Column 0 has two right ones of confidence 1; zeros are in no right-closed bin.
  assert.equal(staticCalibrationError(SURE, [0, 1, 0, 1], { classes: 2 }), 0);
  assert.equal(staticCalibrationError(SURE, [1, 0, 1, 0], { classes: 2 }), 0.5);
});

Deno.test("adaptiveCalibrationError() cuts bins of equally many samples", () => {
  const probabilities = [0.5, 0.5, 0.5, 0.5, 0.875, 0.125, 0.875, 0.125];
  // Column 0: edges .5, .875, 1; its two .875 agree: |1 - .875| of half. Column 1: edges .125, .5,
  // 1; its two .5 are half right: 0 of half.
  const error = adaptiveCalibrationError(probabilities, [0, 1, 0, 0], { classes: 2, bins: 2 });
  assert.equal(error, (0.5 * 0.125 + 0) / 2);
});

Deno.test("adaptiveCalibrationError() takes probabilities below the threshold for 0", () => {
  const probabilities = [0.995, 0.005, 0.5, 0.5, 0.9, 0.1];
  const options = { classes: 2, bins: 1 };
  const plain = adaptiveCalibrationError(probabilities, [0, 0, 0], options);
  const cut = adaptiveCalibrationError(probabilities, [0, 0, 0], { ...options, threshold: 0.2 });
  assert.ok(Math.abs(plain - (2 / 3 * (1 - 1.895 / 2) + 2 / 3 * (1 - 0.6 / 2)) / 2) < 1e-12);
  assert.ok(Math.abs(cut - (2 / 3 * (1 - 1.895 / 2) + 1 / 3 * (1 - 0.5)) / 2) < 1e-12);
});
