import assert from "node:assert/strict";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-interrupted-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--model", "small-cnn", "--quiet"].concat(
  ["batch.labeled=4", "batch.ratio=2", "logEvery=5", "checkpointEvery=10", "evaluateEvery=10000"]
    .flatMap((option) => ["--set", option]),
);

/** Trains in a process of its own, and sends it a signal once there is a checkpoint. */
async function signalled(
  folder: string,
  { steps, signal }: { steps: number; signal: Deno.Signal },
) {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "cli.ts", "train", "--steps", `${steps}`, "--out", folder, ...SMALL],
    cwd: new URL("../../../", import.meta.url),
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended) {
    await new Promise((resolve) => setTimeout(resolve, 20));
    try {
      await Deno.stat(`${folder}/checkpoint.safetensors`);
    } catch {
      continue;
    }
    child.kill(signal);
    break;
  }
  const { code, stderr } = await child.output();
  return { code, err: new TextDecoder().decode(stderr) };
}

const stateOf = async (folder: string) =>
  JSON.parse(await Deno.readTextFile(`${folder}/summary.json`)).state;

Deno.test("a killed run, resumed, ends with the state of an undisturbed one", async () => {
  const [killed, whole] = [`${scratch}/killed`, `${scratch}/whole`];
  await signalled(killed, { steps: 300, signal: "SIGKILL" });
  await assert.rejects(Deno.stat(`${killed}/summary.json`), "the run ended before it was killed");
  const resumed = await capturedRun("train", "--resume", killed, "--quiet");
  assert.equal(resumed.code, 0, resumed.err);
  const undisturbed = await capturedRun("train", "--steps", "300", "--out", whole, ...SMALL);
  assert.equal(undisturbed.code, 0, undisturbed.err);
  assert.equal(await stateOf(killed), await stateOf(whole));
  const [a, b] = await Promise.all([killed, whole].map(async (folder) => {
    const rows = (await Deno.readTextFile(`${folder}/log.jsonl`)).trim().split("\n");
    return rows.map((row) => JSON.parse(row)).map(({ step, loss }) => ({ step, loss }));
  }));
  assert.deepEqual(a, b);
});

Deno.test("Ctrl-C, SIGTERM and a closed terminal save, say how to resume and end with 130", async () => {
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    const folder = `${scratch}/stopped-${signal}`;
    const { code, err } = await signalled(folder, { steps: 100_000, signal });
    assert.equal(code, 130, err);
    assert.match(
      err,
      /Interrupted and saved after \d+ steps\. Resume with: .*--resume .*stopped-\w+\s*$/,
    );
    const summary = JSON.parse(await Deno.readTextFile(`${folder}/summary.json`));
    assert.equal(summary.status, "interrupted");
    assert.ok(summary.steps >= 10 && summary.steps < 100_000);
  }
});

Deno.test("a run goes on where nobody can be told of it", async () => {
  const folder = `${scratch}/unheard`;
  const train = `cli.ts train --steps 30 --out ${folder} ${
    SMALL.filter((o) => o !== "--quiet").join(" ")
  }`;
  for (const end of ["2> /dev/full", "2>&1 > /dev/null | true"]) {
    const { code } = await new Deno.Command("bash", {
      args: ["-c", `set -o pipefail; ${Deno.execPath()} run -A ${train} ${end}`],
      cwd: new URL("../../../", import.meta.url),
    }).output();
    assert.equal(code, 0, end);
    assert.equal(JSON.parse(await Deno.readTextFile(`${folder}/summary.json`)).steps, 30);
    await Deno.remove(folder, { recursive: true });
  }
});
