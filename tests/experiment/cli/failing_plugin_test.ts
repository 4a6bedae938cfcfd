import assert from "node:assert/strict";
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-failing-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));

const SMALL = ["--quiet", "--steps", "4", "--set", "batch.labeled=4", "--set", "batch.ratio=2"];

async function moduleOf(name: string, text: string): Promise<string> {
  const path = `${scratch}/${name}.ts`;
  await Deno.writeTextFile(path, text);
  return path;
}

/** A module with a method whose part is as given, line 7. */
function methodOf(name: string, part: string): Promise<string> {
  return moduleOf(
    name,
    `import { defineAlgorithm, mul } from "@longtail/longtail/core";
export default defineAlgorithm({
  name: "${name}",
  kind: "addon",
  paper: "a test",
  defaults: { share: 1 },
  ${part},
});
`,
  );
}

async function trained(path: string, ...args: readonly string[]) {
  const folder = `${path}.run`;
  const printed = await capturedRun("train", "--plugin", path, "--out", folder, ...SMALL, ...args);
  const there = await Deno.stat(folder).then(() => true, () => false);
  return { ...printed, folder, there };
}

Deno.test("a run whose method fails names method, slot, place and plugin check", async () => {
  const path = await methodOf("absent", "mask: (s, _t, m) => mul(m, s.config.sahre)");
  const { code, err, there } = await trained(path, "--model", "small-cnn", ...stack("absent"));
  assert.equal(code, 1);
  assert.match(
    err,
    /^error: The slot 'mask' of the method 'absent' failed: .* \(absent\.ts:7:\d+\); `deno task plugin check .*absent\.ts` compiles it and tries it on every base$/,
  );
  assert.equal(there, false); // nothing of it can be of use
});

Deno.test("a run whose method fails later stays, and says how to go on", async () => {
  const late = `every: { steps: () => 2, run: (h) => {
    if (h.progress.step === 4) throw new TypeError("too late");
  } }`;
  const path = await methodOf("late", late);
  const { code, err, folder, there } = await trained(
    path,
    ...["--model", "small-cnn", "--set", "checkpointEvery=2", ...stack("late")],
  );
  assert.equal(code, 1);
  assert.match(
    err,
    /^error: The slot 'every' of the method 'late' failed: too late; the last checkpoint is of step 2: mend it, then go on with train --resume .*late\.ts\.run \(late\.ts:8:\d+\); /,
  );
  assert.equal(there, true);
  const again = await capturedRun("train", "--resume", folder, "--quiet");
  assert.deepEqual([again.code, /failed: too late/.test(again.err)], [1, true]);
});

Deno.test("needs that fail are a method's error, before any image is read", async () => {
  const needs = "needs: () => { throw new TypeError('no views') }";
  const { code, err, there } = await trained(await methodOf("needy", needs), ...stack("needy"));
  assert.equal(code, 1);
  assert.match(
    err,
    /^error: The slot 'needs' of the method 'needy' failed: no views \(needy\.ts:7/,
  );
  assert.equal(there, false);
});

/** Names a method on its base. */
function stack(name: string): readonly string[] {
  return ["--algorithm", `fixmatch+${name}`];
}

/** A module with a network; `channels` go into its norm, `features` are what it says. */
function networkOf(name: string, { channels = 4, features = 4 }): Promise<string> {
  return moduleOf(
    name,
    `import { globalAvgPool, type Model } from "@longtail/longtail/core";
export const models: readonly Model[] = [{
  name: "${name}",
  build(b, { classes }) {
    const conv = b.conv2d("first", 3, 4, 3, { padding: 1 });
    const norm = b.batchNorm("norm", ${channels}, { activation: { kind: "relu" } });
    return {
      features: ${features},
      forward: (x, pass) => globalAvgPool(norm(conv(x, pass), pass)),
      heads: { main: b.linear("fc", ${features}, classes) },
    };
  },
}];
`,
  );
}

Deno.test("a network's error carries the layer's name, and leaves nothing behind", async () => {
  const { code, err, there } = await trained(
    await networkOf("crooked", { channels: 5 }),
    ...["--model", "crooked"],
  );
  assert.equal(code, 1);
  assert.match(err, /^TypeError: norm: /);
  assert.match(err, /crooked\.ts:9:\d+/);
  assert.equal(there, false);
});

Deno.test("a network whose features are of another length is refused by name", async () => {
  const { code, err, there } = await trained(
    await networkOf("long", { features: 16 }),
    ...["--model", "long"],
  );
  assert.equal(code, 2);
  assert.match(
    err,
    /^error: The network 'long' makes features \[20, 4\] of 20 images, but says that they are 16 long: /,
  );
  assert.equal(there, false);
});
