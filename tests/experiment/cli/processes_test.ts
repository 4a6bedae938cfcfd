import assert from "node:assert/strict";
import { capturedRun } from "./captured_run.ts";

const root = new URL("../../../", import.meta.url);
const scratch = await Deno.makeTempDir({ prefix: "longtail-processes-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--model", "small-cnn", "--quiet"].concat(
  ["batch.labeled=4", "batch.ratio=2", "logEvery=5", "checkpointEvery=10", "evaluateEvery=100000"]
    .flatMap((option) => ["--set", option]),
);

/** Waits until something is so. */
async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const began = performance.now(); !await holds();) {
    assert.ok(performance.now() - began < 120_000, `waited too long until ${holds}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const there = (path: string) => Deno.stat(path).then(() => true, () => false);

const summaryOf = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));

Deno.test({
  name: "a run saves and ends when its deno task is killed",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = `${scratch}/orphan`;
    const task = new Deno.Command(Deno.execPath(), {
      args: ["task", "--quiet", "train", "--steps", "1000000", "--out", folder, ...SMALL],
      cwd: root,
      stdout: "null",
      stderr: "null",
    }).spawn();
    await until(() => there(`${folder}/checkpoint.safetensors`));
    task.kill("SIGKILL");
    await task.status;
    await until(() => there(`${folder}/summary.json`));
    const { status, steps } = await summaryOf(folder);
    assert.equal(status, "interrupted");
    // The folder is nobody's any more.
    await until(async () => {
      const resumed = await capturedRun(
        "train",
        "--resume",
        folder,
        "--steps",
        `${steps}`,
        "--quiet",
      );
      return resumed.code === 0;
    });
  },
});

Deno.test({
  name: "a run that a shell started outlives the shell",
  ignore: Deno.build.os === "windows",
  async fn() {
    const folder = `${scratch}/nohup`;
    const train = ["run", "-A", "cli.ts", "train", "--steps", "400", "--out", folder, ...SMALL];
    const shell = new Deno.Command("sh", {
      args: ["-c", `nohup "$@" > /dev/null 2>&1 &`, "sh", Deno.execPath(), ...train],
      cwd: root,
    });
    assert.equal((await shell.output()).code, 0);
    await until(() => there(`${folder}/summary.json`));
    assert.deepEqual((({ status, steps }) => [status, steps])(await summaryOf(folder)), [
      "finished",
      400,
    ]);
  },
});

Deno.test({
  name: "results that nobody takes are said in one sentence",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { code, stderr } = await new Deno.Command("sh", {
      args: ["-c", `${Deno.execPath()} run -A cli.ts list > /dev/full`],
      cwd: root,
    }).output();
    const err = new TextDecoder().decode(stderr);
    assert.equal(code, 1);
    assert.match(err, /^error: No space left on device[^\n]*\n$/);
  },
});

Deno.test("runs that start at once without --out have folders of their own", async () => {
  const runs = [1, 2, 3].map((seed) =>
    new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "cli.ts", "train", "--steps", "2", "--seed", `${seed}`, ...SMALL],
      cwd: root,
      env: { INIT_CWD: scratch },
    }).output()
  );
  const folders = (await Promise.all(runs)).map(({ code, stdout, stderr }) => {
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout).trim().split("\n").at(-1)!;
  });
  assert.equal(new Set(folders).size, 3, folders.join());
  for (const folder of folders) assert.equal((await summaryOf(folder)).status, "finished");
});
