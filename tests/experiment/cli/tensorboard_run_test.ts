import assert from "node:assert/strict";
import { decodeEvents } from "../../../experiment/tensorboard/events.ts";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-tensorboard-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--model", "small-cnn", "--steps", "8", "--quiet"].concat(
  ["imageSize=16", "batch.labeled=4", "batch.ratio=2", "logEvery=2", "checkpointEvery=4"]
    .flatMap((option) => ["--set", option]),
);

/** Steps of a tag in the one file of events of a run. */
async function stepsOf(folder: string, tag: string): Promise<number[]> {
  const [{ name }, ...others] = [...Deno.readDirSync(`${folder}/tensorboard`)] as [Deno.DirEntry];
  assert.deepEqual(others, []);
  const { events } = decodeEvents(await Deno.readFile(`${folder}/tensorboard/${name}`));
  return events.flatMap(({ step, values = [] }) =>
    values.some((value) => value.tag === tag) ? [step] : []
  );
}

Deno.test("train --tensorboard writes events, and a resumed run does not repeat steps", async () => {
  const folder = `${scratch}/run`;
  const first = await capturedRun("train", "--tensorboard", "--out", folder, ...SMALL);
  assert.equal(first.code, 0, first.err);
  assert.deepEqual(await stepsOf(folder, "train/loss/labeled"), [2, 4, 6, 8]);
  assert.deepEqual(await stepsOf(folder, "test/top1"), [8]);
  assert.deepEqual(await stepsOf(folder, "config"), [0]);

  // As if it had been killed after step 8 was logged and before it was saved.
  await Deno.remove(`${folder}/checkpoint.safetensors`);
  await Deno.remove(`${folder}/summary.json`);
  const again = await capturedRun("train", "--resume", folder, "--quiet");
  assert.equal(again.code, 0, again.err);
  assert.deepEqual(await stepsOf(folder, "train/loss/labeled"), [2, 4, 6, 8]);
  assert.deepEqual(await stepsOf(folder, "test/confusion"), [8]);
});

Deno.test("a run without --tensorboard has no events, until it is resumed with it", async () => {
  const folder = `${scratch}/plain`;
  assert.equal((await capturedRun("train", "--out", folder, ...SMALL)).code, 0);
  await assert.rejects(Deno.stat(`${folder}/tensorboard`), Deno.errors.NotFound);
  const more = ["--steps", "12", "--tensorboard", "--quiet"];
  const { code, err } = await capturedRun("train", "--resume", folder, ...more);
  assert.equal(code, 0, err);
  assert.deepEqual(await stepsOf(folder, "train/loss/labeled"), [10, 12]);
});
