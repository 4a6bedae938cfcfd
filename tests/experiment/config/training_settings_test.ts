import assert from "node:assert/strict";
import { setLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import { learningRate } from "../../../experiment/config/training_settings.ts";

/** Learning rates of a run of which only these options are stated. */
function rates(steps: readonly number[], ...set: readonly string[]): number[] {
  const { config } = resolveConfig([setLayer(set)]);
  return steps.map(learningRate(config));
}

function closeTo(got: readonly number[], want: readonly number[]) {
  assert.equal(got.length, want.length);
  got.forEach((value, i) => {
    assert.ok(Math.abs(value - want[i]!) <= 1e-9, `${value} is not ${want[i]}`); // of one length
  });
}

Deno.test("learningRate() goes down after the milestones' steps, under a warm-up", () => {
  const aves = ["algorithm=fixmatch+seval", "dataset=semi-aves"];
  closeTo(
    rates([0, 1250, 2500, 14_999, 15_000, 29_999, 30_000], ...aves),
    [0, 0.0025, 0.005, 0.005, 5e-4, 5e-4, 5e-5],
  );
  const supervised = ["algorithm=supervised+ldam", "dataset=cifar10"];
  closeTo(
    rates([0, 1, 3125, 6250, 199_998, 199_999, 224_999, 225_000], ...supervised),
    [0, 1.6e-5, 0.05, 0.1, 0.1, 1e-3, 1e-3, 1e-5],
  );
});

Deno.test("learningRate() moves by whole epochs where BalPoE does", () => {
  const [cifar, large] = ["cifar100", "imagenet1k"]
    .map((dataset) => ["algorithm=balpoe", `dataset=${dataset}`]);
  const at = [0, 84, 85, 159 * 85, 160 * 85, 180 * 85];
  closeTo(rates(at, ...cifar!), [0.02, 0.02, 0.04, 0.1, 0.01, 0.001]); // two data sets
  const epoch = 1810;
  closeTo(
    rates([0, epoch - 1, 90 * epoch, 90 * epoch + 7, 180 * epoch], ...large!),
    [0.025, 0.025, 0.0125, 0.0125, 0],
  );
});

Deno.test("learningRate() of CoSSL on Food-101 is constant after five epochs", () => {
  const food = ["algorithm=fixmatch+cossl", "dataset=food101"];
  closeTo(rates([0, 80, 160, 32_031], ...food), [0, 0.02, 0.04, 0.04]);
});
