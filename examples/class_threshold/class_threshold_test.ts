import {
  checkPlugin,
  compose,
  fixmatch,
  smallCnn,
  syntheticDataset,
  train,
} from "@longtail/longtail";
import assert from "node:assert/strict";
import { classThreshold } from "./class_threshold.ts";

Deno.test("classThreshold() behaves as the toolkit needs it to", async () => {
  for await (const { stack, problem } of checkPlugin(classThreshold)) {
    assert.equal(problem, null, stack);
  }
});

Deno.test("classThreshold() takes more pseudo-labels than one threshold for all", async () => {
  const dataset = await syntheticDataset({ size: 16, train: 400, test: 50 });
  const maskOf = async (algorithm: Parameters<typeof train>[0]["algorithm"]) => {
    const { log } = await train({
      dataset,
      model: smallCnn,
      algorithm,
      split: { labeledMax: 12, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
      settings: { steps: 20, batch: { labeled: 8, ratio: 2 } },
    });
    return log.mask ?? 0;
  };
  const one = await maskOf(fixmatch({ threshold: 0.4 }));
  const local = await maskOf(
    compose(fixmatch({ threshold: 0 }), classThreshold({ threshold: 0.4, momentum: 0.9 })),
  );
  assert.ok(local > one, `${local} against ${one}`);
});
