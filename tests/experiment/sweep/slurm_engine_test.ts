import assert from "node:assert/strict";
import { capturedRun } from "../cli/captured_run.ts";
import { hasSlurm, NO_SLURM, startCluster } from "./slurm_cluster.ts";

const ignore = !await hasSlurm();
if (ignore) console.error(NO_SLURM);

const BASE = {
  model: "small-cnn",
  imageSize: 16,
  "batch.labeled": 4,
  "batch.ratio": 2,
  logEvery: 5,
};

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !await condition(); tries++) {
    assert.ok(tries < 1500, `not after half a minute: ${condition}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Array jobs that Slurm knows of. */
async function arrays(): Promise<string[]> {
  const { stdout } = await new Deno.Command("squeue", { args: ["-h", "-t", "all", "-o", "%F"] })
    .output();
  return [...new Set(new TextDecoder().decode(stdout).trim().split(/\s+/))];
}

Deno.test({
  name: "Slurm trains a sweep to the states of plain runs; a killed command finds its tasks again",
  ignore,
  async fn() {
    const scratch = await Deno.makeTempDir({ prefix: "longtail-slurm-" });
    await using cluster = await startCluster(scratch);
    const plan = `${scratch}/plan.yaml`, dir = `${scratch}/it's a sweep`;
    const { SLURM_CONF = "" } = cluster.env;
    Deno.env.set("SLURM_CONF", SLURM_CONF);
    await Deno.writeTextFile(
      plan,
      JSON.stringify({
        base: { ...BASE, steps: 60, evaluateEvery: 1000, checkpointEvery: 10 },
        grid: { algorithm: ["supervised", "fixmatch"] },
        seeds: [1],
        slurm: { partition: "main", time: "1:00:00", memory: 1000, cpus: 1 },
      }),
    );
    const args = [
      "run",
      "-A",
      "cli.ts",
      "sweep",
      plan,
      "--out",
      dir,
      "--engine",
      "slurm",
      "--quiet",
    ];
    const cwd = new URL("../../../", import.meta.url);
    const command = new Deno.Command(Deno.execPath(), { args, cwd, stderr: "inherit" }).spawn();
    // The command dies, a task is queued anew while it trains: both go on.
    const checkpoint = `${dir}/runs/1-supervised-s1/checkpoint.safetensors`;
    await until(() => exists(checkpoint));
    command.kill("SIGKILL");
    await command.status;
    const [first, ...others] = await arrays();
    assert.deepEqual(others, []);
    const requeue = await new Deno.Command("scontrol", { args: ["requeue", `${first}_0`] })
      .output();
    const { code, err } = await capturedRun("sweep", "--resume", dir, "--quiet");
    assert.equal(code, 0, err);
    assert.equal(requeue.code, 0, new TextDecoder().decode(requeue.stderr));
    for (const id of ["1-supervised-s1", "2-fixmatch-s1"]) {
      const out = `${scratch}/${id}`, config = `${dir}/configs/${id}.yaml`;
      const alone = await capturedRun("train", "--config", config, "--out", out, "--quiet");
      assert.equal(alone.code, 0, alone.err);
      const [a, b] = await Promise.all(
        [out, `${dir}/runs/${id}`].map(async (path) =>
          JSON.parse(await Deno.readTextFile(`${path}/summary.json`)).state
        ),
      );
      assert.equal(a, b);
    }
    assert.deepEqual(await arrays(), [first]); // the second command has submitted nothing

    const wrong = JSON.stringify({ base: BASE, seeds: [1], slurm: { partition: "none" } });
    await Deno.writeTextFile(plan, wrong);
    const refused = await capturedRun("sweep", plan, "--out", `${scratch}/x`, "--engine", "slurm");
    assert.equal(refused.code, 2, refused.err);
    assert.match(refused.err, /Slurm does not take the sweep: .*partition/);
    assert.ok(!await exists(`${scratch}/x`));
  },
});
