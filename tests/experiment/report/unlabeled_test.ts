import assert from "node:assert/strict";
import { settingsOf } from "../../../experiment/report/settings.ts";
import { hasPriors, priorsSection } from "../../../experiment/report/unlabeled.ts";
import { type SampleOptions, sampleRun } from "./sample_runs.ts";

const settingsWith = (given: SampleOptions) => settingsOf([sampleRun(given)]);

function textOf(given: SampleOptions): string {
  return priorsSection(settingsWith(given)).text.replaceAll("\u00a0", " ");
}

Deno.test("a distribution, an estimate that lacks a little and counts are shares; factors are not", () => {
  const has = (of: (step: number) => readonly number[]) =>
    settingsWith({ state: (step) => ({ "toy/state": of(step) }) }).some(hasPriors);
  assert.ok(has(() => [0.5, 0.3, 0.2]));
  assert.ok(has((step) => step === 10 ? [0.4, 0.3, 0.3] : [0.3, 0.3, 0.1])); // as SimPro's
  assert.ok(has((step) => step === 10 ? [0, 0, 0] : [10, 3, 5])); // as DASO's
  assert.ok(!has(() => [1, 1, 1])); // as SEVAL's before it is calibrated
  assert.ok(!has(() => [0.95, 0.95, 0.95]));
  assert.ok(!has(() => [0.5, 0.5])); // not of the classes
  assert.ok(!has(() => [0, 0, 0]));
});

Deno.test("the distance is the share of images that would have to change class", () => {
  // Truth 50, 30, 20 of 100: first 0.5 · (0.5 + 0.3 + 0.8) = 0.8 away, in the end 0.1.
  const text = textOf({
    unlabeled: [50, 30, 20],
    state: (step) => ({ "toy/estimate": step < 40 ? [0, 0, 1] : [0.4, 0.4, 0.2] }),
  });
  assert.match(text, /10\.0 % after 40 steps, on the way between 10\.0 % and 80\.0 %/);
  assert.match(text, /the truth of the unlabeled images, which is hidden/);
});

Deno.test("a state called prior is of all images", () => {
  const text = textOf({
    ...{ labeled: [30, 0, 0], unlabeled: [20, 25, 25] },
    state: () => ({ "toy/prior": [0.5, 0.25, 0.25] }),
  });
  assert.match(text, /0\.0 % after 40 steps/);
  assert.match(text, /the truth of all images/);
});

Deno.test("where the truth is unknown, estimates are shown without it", () => {
  const text = textOf({ unlabeled: null, state: () => ({ "toy/estimate": [0.2, 0.3, 0.5] }) });
  assert.match(text, /the truth is not known/);
  assert.doesNotMatch(text, /distance to the truth/);
  assert.match(textOf({}), /No method of these runs estimates/);
});
