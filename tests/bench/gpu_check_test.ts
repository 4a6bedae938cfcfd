import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { describeAdapter, requestAdapter } from "../../core/autograd/adapter.ts";
import config from "../../deno.json" with { type: "json" };

const adapter = await requestAdapter();
const software = adapter !== null && describeAdapter(adapter.info).software;
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the task as `deno.json` has it. */
async function gpuCheck(...args: readonly string[]) {
  const [, ...words] = config.tasks["gpu-check"].split(" ");
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...words, ...args],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("gpu-check --quick runs all parts and writes both files", async () => {
  const folder = await Deno.makeTempDir({ prefix: "longtail-gpu-check-" });
  try {
    const { code, out, err } = await gpuCheck("--quick", "--quiet", "--out", `${folder}/new`);
    assert.equal(code, 0, err);
    assert.equal(out.trim(), `${folder}/new/gpu-check.md`);
    const files = [...Deno.readDirSync(`${folder}/new`)].map(({ name }) => name);
    assert.deepEqual(files.toSorted(), ["gpu-check.json", "gpu-check.md"]);

    const report = JSON.parse(await Deno.readTextFile(`${folder}/new/gpu-check.json`));
    assert.equal(report.machine.longtail, config.version);
    assert.ok(report.machine.limits.maxBufferSize > 0);
    const features = Object.keys(report.machine.features);
    assert.deepEqual(features, ["subgroups", "shader-f16", "timestamp-query"]);
    assert.deepEqual(report.notRun, []);
    // How long a part takes is not asserted, nor whether the machine was too busy for it.
    const parts = new Map<string, PartJson>(report.parts.map((p: PartJson) => [p.name, p]));
    assert.deepEqual([...parts.keys()], [
      "golden",
      "step-wrn-10-1",
      "step-resnet-18",
      "step-wrn-10-1-f16",
      "stream",
      "kernels",
      "step-peers",
    ]);
    for (const { name, outcome, failures } of parts.values()) {
      assert.match(outcome, /^(passed|cut)$/, name);
      assert.deepEqual(failures, [], name);
    }
    assert.ok(parts.get("golden")!.figures.pass > 0); // it is there, here and below
    assert.ok(parts.get("step-wrn-10-1")!.figures.poolBytes > 0);
    assert.ok(parts.get("stream")!.figures.rows[0].imagesPerSecond > 0);

    const text = await Deno.readTextFile(`${folder}/new/gpu-check.md`);
    for (const { title } of parts.values()) assert.ok(text.includes(`\n## ${title}\n`), title);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

interface PartJson {
  readonly name: string;
  readonly title: string;
  readonly outcome: string;
  readonly failures: readonly string[];
  // deno-lint-ignore no-explicit-any -- each part has figures of its own
  readonly figures: any;
}

Deno.test({
  name: "gpu-check refuses the whole check on a software adapter",
  ignore: !software,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { code, err } = await gpuCheck("--out", `${folder}/new`);
    assert.equal(code, 2);
    assert.match(err, /gpu-check: .* computes on the processor.*; give --quick/);
    assert.deepEqual([...Deno.readDirSync(folder)], []);
    await Deno.remove(folder);
  },
});

Deno.test("gpu-check refuses what cannot be before any work, in one sentence", async () => {
  const file = await Deno.makeTempFile();
  try {
    const wrong = [[], ["--out"], ["--out", "x", "--fast"], ["--out", "x", "y"], ["--out", file]];
    for (const args of wrong) {
      const { code, out, err } = await gpuCheck(...args);
      assert.equal(code, 2, args.join(" "));
      assert.equal(out, "");
      assert.match(
        err.split("\n").filter((line) => !line.includes("XDG")).join("\n"),
        /^gpu-check: .+\n$/,
      );
    }
    const { code, out } = await gpuCheck("--help");
    assert.equal(code, 0);
    assert.match(out, /^Usage: gpu-check \[options\]/);
  } finally {
    await Deno.remove(file);
  }
});
