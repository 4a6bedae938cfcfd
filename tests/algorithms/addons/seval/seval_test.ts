import assert from "node:assert/strict";
import { abc, fixmatch, meanteacher, seval, supervised } from "../../../../algorithms/mod.ts";
import type { CalibrationReport } from "../../../../algorithms/addons/seval/calibration.ts";
import { setLayer } from "../../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../../experiment/config/resolve.ts";
import { train } from "../../../../experiment/train.ts";
import { checkFit, compose, type DataInfo, MemoryFiles, smallCnn } from "../../../../core/mod.ts";
import { memoryDataset } from "../../../../datasets/mod.ts";

const info: DataInfo = {
  dataset: "toy",
  classes: 4,
  labeled: 40,
  unlabeled: 80,
  counts: [20, 10, 6, 4],
  holdout: 20,
  valid: 0,
  features: 8,
  trueUnlabeledCounts: null,
};

function shades() {
  const part = (images: number) => ({
    bytes: Uint8Array.from({ length: images * 192 }, (_, i) => 60 * (Math.floor(i / 192) % 4)),
    labels: Array.from({ length: images }, (_, i) => i % 4),
  });
  const classNames = ["black", "dark", "light", "white"];
  return memoryDataset({ name: "shades", classNames, size: 8, train: part(160), test: part(16) });
}

Deno.test("seval() leaves a curriculum that a second run follows", async () => {
  const dataset = await shades(), files = new MemoryFiles();
  const shared = { period: 4, piDecay: 0.5, thresholdDecay: 0.5 };
  const run = (mode: "estimate" | "load", holdout: number) =>
    train({
      dataset,
      model: smallCnn,
      algorithm: compose(fixmatch(), seval({ ...shared, mode }), abc()),
      split: { labeledMax: 24, gammaLabeled: 2, unlabeledMax: 12, gammaUnlabeled: 1, holdout },
      settings: { steps: 8, batch: { labeled: 4, ratio: 1 } },
      files,
    });
  await run("estimate", 0.5);
  const read = async () => new TextDecoder().decode(await files.read("seval_report.jsonl"));
  const lines = (await read()).trim().split("\n").map((l) => JSON.parse(l) as CalibrationReport);
  assert.equal(lines.length, 2);
  assert.equal(lines[0]!.set, "holdout");
  assert.ok(lines[0]!.refinement!.loss <= lines[0]!.refinement!.lossBefore);
  assert.ok(await files.read("seval_abc_thres.npy"));
  assert.equal((await run("load", 0)).evaluation.images, 16);
  assert.equal((await read()).trim().split("\n").length, 2);
});

const batch = { labeled: 4, unlabeled: 8 };

Deno.test("seval() refuses data without images to calibrate on, and bases without pseudo-labels", () => {
  const refused = (method: ReturnType<typeof seval>, data: Partial<DataInfo>, why: RegExp) =>
    assert.throws(() => checkFit(compose(fixmatch(), method), { ...info, ...data }, batch), why);
  refused(seval(), { holdout: 0 }, /split\.protocol=seval/);
  refused(seval({ mode: "direct" }), { holdout: 0 }, /split\.valid/);
  refused(seval({ piGroups: 3 }), {}, /divides the 4 classes/);
  assert.throws(() => compose(fixmatch(), seval({ target: 2 })), /^TypeError: seval\.target is 2/);
  checkFit(compose(meanteacher(), seval({ mode: "load" })), { ...info, holdout: 0 }, batch);
  assert.throws(
    () => compose(supervised(), seval()),
    /pseudo-labels.* which 'supervised' does not/,
  );
  // @ts-expect-error an option that seval does not have
  seval({ tau: 2 });
});

Deno.test("seval() has the settings of its published runs, and DASO those beside it", () => {
  const of = (algorithm: string, dataset: string) =>
    resolveConfig([setLayer([`algorithm=${algorithm}`, `dataset=${dataset}`])]);
  const { all, config } = of("fixmatch+seval+daso", "cifar10");
  const own = all["seval"] as Record<string, unknown>, daso = all["daso"] as typeof own;
  assert.deepEqual([own.mode, own.target, own.period], ["direct", 0.9, 500]);
  assert.deepEqual([daso.adaptive, daso.share], [false, 0]);
  assert.deepEqual([config.split.protocol, config.steps], ["seval", 250_000]);
  const alone = of("fixmatch+seval", "cifar100"), many = alone.all["seval"] as typeof own;
  assert.equal(alone.config.augment, "seval");
  assert.deepEqual([many.target, many.piDecay, many.period], [0.65, 0.9, 2500]);
});
