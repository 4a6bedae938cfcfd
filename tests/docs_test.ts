import assert from "node:assert/strict";
import { picture } from "./datasets/images.ts";
import { capturedRun } from "./experiment/cli/captured_run.ts";

/** Commands of a page's shell blocks, split into words. */
async function commandsOf(page: string): Promise<string[][]> {
  const text = await Deno.readTextFile(new URL(`../docs/${page}`, import.meta.url));
  return [...text.matchAll(/```sh\n(.*?)```/gs)].flatMap(([, block]) => block!.trim().split("\n"))
    .map((line) => line.split(" ")); // one group
}

Deno.test("the commands of docs/use-a-model.md work as they stand there", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-docs-" });
  const before = Deno.env.get("INIT_CWD");
  Deno.env.set("INIT_CWD", folder);
  try {
    for (const name of ["heron", "duck"]) {
      for (const [part, count] of [["train", 5], ["test", 2]] as const) {
        await Deno.mkdir(`${folder}/data/${part}/${name}`, { recursive: true });
        for (let i = 0; i < count; i++) {
          const bytes = await picture([20, 16], [name === "duck" ? 30 : 200, 20 * i, 90]);
          await Deno.writeFile(`${folder}/data/${part}/${name}/${i}.png`, bytes);
        }
      }
    }
    await Deno.mkdir(`${folder}/photos/lake`, { recursive: true });
    await Deno.writeFile(`${folder}/photos/lake/a.png`, await picture([30, 20], [40, 40, 90]));
    await Deno.writeFile(`${folder}/heron.jpg`, await picture([30, 20], [200, 40, 90], "jpeg"));
    await Deno.writeTextFile(`${folder}/more.csv`, "path\nheron.jpg\nphotos/lake/a.png\n");
    const prepare = ["data", "prepare", "folder", "--data-dir", "data", "--size", "16"];
    const run = ["--steps", "2", "--model", "small-cnn", "--set", "batch.labeled=2"];
    const data = ["--dataset", "folder", "--data-dir", "data", "--out", "runs/birds"];
    const split = ["--set", "split.labeledMax=2", "--set", "split.unlabeledMax=2"];
    const train = ["train", "--protocol", "simpro", ...data, ...run, ...split];
    const commands = (await commandsOf("use-a-model.md")).filter(([first]) => first === "deno");
    assert.ok(commands.length >= 5);
    const asked = commands.map(([deno, task, ...args]) => {
      assert.deepEqual([deno, task], ["deno", "task"]);
      return args;
    });
    for (const args of [prepare, train, ...asked]) {
      const { code, err } = await capturedRun(...args, "--quiet");
      assert.equal(code, 0, `${args.join(" ")}: ${err}`);
    }
    const lines = async (file: string) =>
      (await Deno.readTextFile(`${folder}/${file}`)).trim().split("\n");
    const labels = await lines("labels.csv");
    assert.equal(labels[0], "path,predicted,class,confidence,p0,p1");
    assert.deepEqual(labels.slice(1).map((line) => line.split(",")[0]), [
      "photos/lake/a.png",
      "heron.jpg",
    ]);
    assert.equal((await lines("labels.jsonl")).length, 2);
    const { length } = JSON.parse(await Deno.readTextFile(`${folder}/runs/birds/split.json`))
      .unlabeled;
    assert.equal((await lines("pseudo-labels.csv")).length, 1 + length);
    for (const file of ["doubts.png", "birds.safetensors", "birds.onnx"]) {
      assert.ok((await Deno.stat(`${folder}/${file}`)).size > 1000, file);
    }
  } finally {
    if (before === undefined) Deno.env.delete("INIT_CWD");
    else Deno.env.set("INIT_CWD", before);
    await Deno.remove(folder, { recursive: true });
  }
});
