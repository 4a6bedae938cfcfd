import assert from "node:assert/strict";
import { algorithms } from "../../../algorithms/registry.ts";
import { networkWord } from "../../../experiment/network/network_words.ts";
import { toOnnx } from "../../../experiment/onnx/to_onnx.ts";
import { loadRun } from "../../../experiment/files_deno.ts";
import { syntheticDataset } from "../../../datasets/images/synthetic.ts";
import { capturedRun } from "../cli/captured_run.ts";
import { runOnnx } from "../onnx/run_onnx.ts";

const SIZE = 16;

/**
 * Methods that evaluate something of their own: heads, experts, the student, offsets, corrections that
 * were fitted in the run.
 */
const STACKS: readonly (readonly [stack: string, own: RegExp, ...settings: string[]])[] = [
  ["fixmatch+daso", /"head":"main"/],
  ["remixmatch+abc", /"head":"abc"/],
  ["fixmatch+cossl", /"head":"balanced"/],
  ["balpoe", /"network":"student","head":"experts"/, `balpoe.testPrior=${testPrior()}`],
  ["fixmatch+logitadjust", /"offsets"/, "logitadjust.when=test", "logitadjust.tau=1.5"],
  ["fixmatch+seval", /"scale"/],
  ["comatch", /"head":"main"/],
  ["fixmatch+cdmad", /"head":"main","scale".*"offsets"/],
  ["cpe", /"head":"second"/],
  ["ccl", /"head":"balanced"/],
];

function testPrior(): string {
  return JSON.stringify(Array.from({ length: 10 }, (_, c) => (c + 1) / 55));
}

for (const [stack, own, ...settings] of STACKS) {
  Deno.test(`a network says outside of its run what evaluations say: ${stack}`, async () => {
    const folder = await Deno.makeTempDir({ prefix: "longtail-methods-" });
    const smoke = stack.split("+").flatMap((name) => {
      const found = algorithms.find(({ spec }) => spec.name === name);
      return Object.entries(found?.spec.smoke ?? {});
    }).map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
    const options = [
      "batch.labeled=8",
      "batch.ratio=2",
      `imageSize=${SIZE}`,
      ...smoke,
      ...settings,
    ];
    const args = ["train", "--algorithm", stack, "--steps", "30", "--model", "small-cnn"];
    const set = options.flatMap((option) => ["--set", option]);
    const trained = await capturedRun(...args, "--out", `${folder}/run`, ...set, "--quiet");
    assert.equal(trained.code, 0, trained.err);
    const { evaluation } = JSON.parse(await Deno.readTextFile(`${folder}/run/summary.json`));
    const { test } = await syntheticDataset({ size: SIZE });
    const { test: indices } = JSON.parse(await Deno.readTextFile(`${folder}/run/split.json`));
    const images = await test.read(indices);

    const network = await loadRun(`${folder}/run`);
    const { card } = network;
    assert.deepEqual([networkWord(card.network), card.head], [evaluation.network, evaluation.head]);
    const { network: which, head, evaluation: adjusted } = card;
    assert.match(JSON.stringify({ network: which, head, ...adjusted }), own);
    const ours = await network.predict(images);
    const loss = ours.reduce(
      (sum, { probabilities }, i) => sum - Math.log(probabilities[test.labels![indices[i]]!]!),
      0,
    ) / ours.length;
    assert.ok(Math.abs(loss - evaluation.loss) < 1e-4 * (1 + loss), `${loss}, ${evaluation.loss}`);
    const confusion = evaluation.confusion.map((row: number[]) => row.map(() => 0));
    ours.forEach(({ predicted }, i) => confusion[test.labels![indices[i]]!][predicted]++);
    assert.deepEqual(confusion, evaluation.confusion);

    const some = images.subarray(0, 20 * SIZE * SIZE * 3);
    const theirs = await runOnnx(await toOnnx(network), some, SIZE);
    await network.dispose();
    ours.slice(0, 20).flatMap((p) => p.probabilities).forEach((p, i) => {
      assert.ok(Math.abs(p - theirs.probabilities[i]!) < 1e-4);
    });
    await Deno.remove(folder, { recursive: true });
  });
}
