import assert from "node:assert/strict";
import sharp from "sharp";
import { EventLog } from "../../../experiment/tensorboard/event_log_deno.ts";
import { decodeEvents, type TaggedValue } from "../../../experiment/tensorboard/events.ts";
import { sampleRun } from "../report/sample_runs.ts";

const { rows, evaluations } = sampleRun();

/** All values of the one file of a run. */
async function valuesOf(folder: string): Promise<readonly (TaggedValue & { step: number })[]> {
  const files = [...Deno.readDirSync(`${folder}/tensorboard`)];
  assert.equal(files.length, 1);
  assert.match(files[0]!.name, /^events\.out\.tfevents\./);
  const bytes = await Deno.readFile(`${folder}/tensorboard/${files[0]!.name}`);
  const { events, ends } = decodeEvents(bytes);
  assert.equal(ends.at(-1), bytes.length);
  assert.equal(events[0]!.fileVersion, "brain.Event:2");
  return events.flatMap(({ step, values = [] }) => values.map((value) => ({ ...value, step })));
}

async function withFolder(use: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await use(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("a log holds the options, scalars by tag and the confusion as an image", async () => {
  await withFolder(async (folder) => {
    const log = await EventLog.create(folder, "seed: 1\n");
    await log.log(rows[0]!);
    const evaluation = evaluations[3]!.evaluation!; // the sample has it
    await log.log({ step: 40, evaluation });
    await log.log({ step: 40, validation: evaluation });
    const values = await valuesOf(folder);
    const scalar = (tag: string) => {
      const found = values.find((value) => value.tag === tag);
      assert.ok(found && "scalar" in found, `no scalar ${tag}`);
      return [found.step, found.scalar];
    };
    assert.deepEqual(values[0], { step: 0, tag: "config", text: "```yaml\nseed: 1\n```\n" });
    assert.deepEqual(scalar("train/loss/labeled"), [10, 1.75]);
    assert.deepEqual(scalar("train/mask"), [10, 0.125]);
    assert.deepEqual(scalar("train/learningRate"), [10, Math.fround(0.03)]);
    assert.deepEqual(scalar("train/pseudoLabels/accuracy"), [10, Math.fround(0.2)]);
    assert.deepEqual(scalar("test/top1"), [40, Math.fround(evaluation.top1)]);
    assert.deepEqual(scalar("test/ece"), [40, Math.fround(evaluation.calibration.ece)]);
    assert.deepEqual(scalar("validation/balancedAccuracy"), [
      ...[40, Math.fround(evaluation.balancedAccuracy)],
    ]);
    // What is null is left out, and so are counts and lists.
    const tags = values.map(({ tag }) => tag);
    assert.ok(!tags.includes("train/pseudoLabels/usedAccuracy"));
    assert.deepEqual(tags.filter((tag) => /images$|perClass|reliability|\/head/.test(tag)), []);

    const image = values.find(({ tag }) => tag === "test/confusion");
    assert.ok(image && "png" in image);
    const { data, info } = await sharp(image.png).raw().toBuffer({ resolveWithObject: true });
    assert.deepEqual([info.width, info.height], [image.width, image.height]);
    const { confusion } = evaluation, cell = info.width / 3;
    // The red of a cell's middle says its share: 255 for none of the row, 8 for all.
    const red = (row: number, column: number) =>
      data[3 * (Math.floor((row + 0.5) * cell) * info.width + Math.floor((column + 0.5) * cell))]!;
    confusion.forEach((counts, row) =>
      counts.forEach((n, column) =>
        assert.ok(Math.abs(red(row, column) - (255 - 247 * n / 10)) <= 1, `${row}, ${column}`)
      )
    );
  });
});

Deno.test("truncate() drops what lies past a step and what a kill left half", async () => {
  await withFolder(async (folder) => {
    const log = await EventLog.create(folder, "");
    for (const row of rows) await log.log(row);
    const [{ name }] = [...Deno.readDirSync(`${folder}/tensorboard`)] as [Deno.DirEntry];
    await Deno.writeFile(`${folder}/tensorboard/${name}`, Uint8Array.of(9, 0, 0), { append: true });
    const again = await EventLog.open(folder);
    assert.ok(again);
    await again.truncate(20);
    for (const row of rows.slice(2)) await again.log(row);
    const steps = (await valuesOf(folder)).filter(({ tag }) => tag === "train/mask")
      .map(({ step }) => step);
    assert.deepEqual(steps, [10, 20, 30, 40]);
    await again.truncate(0);
    assert.deepEqual((await valuesOf(folder)).map(({ tag }) => tag), ["config"]);
  });
});

Deno.test("open() finds nothing where a run has no events", async () => {
  await withFolder(async (folder) => {
    assert.equal(await EventLog.open(folder), null);
    await Deno.mkdir(`${folder}/tensorboard`);
    assert.equal(await EventLog.open(folder), null);
  });
});
