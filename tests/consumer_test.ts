/** The package as a program elsewhere has it: by its name, through the exports of deno.json. */
import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";

const ROOT = new URL("../", import.meta.url);
const { exports } = JSON.parse(await Deno.readTextFile(new URL("deno.json", ROOT)));

/** Every way into the package but the command line, each used for what it is there for. */
const PROGRAM = `
import { compose, createTrainer, fixmatch, loadModel, smallCnn } from "@longtail/longtail";
import { logitadjust } from "@longtail/longtail/algorithms";
import { rampUp } from "@longtail/longtail/core";
import { longTailCounts } from "@longtail/longtail/datasets";
import { SHIFTS } from "@longtail/longtail/experiment";
import { openDataset } from "@longtail/longtail/files";
import type { Kernel } from "@longtail/longtail/kernels";
import { toOnnx } from "@longtail/longtail/onnx";

const scored: number[] = [];
using trainer = await createTrainer({
  dataset: await openDataset("synthetic", { size: 16 }),
  model: smallCnn,
  algorithm: compose(fixmatch(), logitadjust()),
  split: { labeledMax: 8, gammaLabeled: 4, unlabeledMax: 24, gammaUnlabeled: 4 },
  settings: { steps: 3, batch: { labeled: 4, ratio: 2 } },
  onEvaluate: (_, step) => scored.push(step),
});
await trainer.run({ until: 2 });
await trainer.run();
const network = await trainer.network();
const onnx = await toOnnx(network);
const copy = loadModel(network.save());
console.log(JSON.stringify({ scored, classes: copy.classNames.length, onnx: onnx.length > 1000 }));
export type { Kernel };
// @ts-expect-error the types arrive: a text is no number of steps
export const wrong = () => trainer.run({ until: "2" });
console.error(typeof rampUp, typeof longTailCounts, SHIFTS);
`;

/** Runs Deno in the user's folder. */
async function deno(cwd: string, ...args: readonly string[]) {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), { args: [...args], cwd })
    .output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

Deno.test("a program in an empty folder compiles against the package's exports and trains", async () => {
  for (const way of Object.keys(exports).filter((way) => way !== "./cli")) {
    assert.ok(PROGRAM.includes(`"@longtail/longtail${way.slice(1)}"`), `${way} is not tried`);
  }
  const folder = await Deno.makeTempDir({ prefix: "longtail consumer " });
  try {
    const config = {
      imports: { "@longtail/longtail": "jsr:@longtail/longtail@^0.1.0" },
      links: [fileURLToPath(ROOT)],
      compilerOptions: { exactOptionalPropertyTypes: true }, // linked sources are compiled by it, too
    };
    await Deno.writeTextFile(`${folder}/deno.json`, JSON.stringify(config));
    await Deno.writeTextFile(`${folder}/main.ts`, PROGRAM);
    const ran = await deno(folder, "run", "-A", "--check", "--quiet", "main.ts");
    assert.equal(ran.code, 0, ran.err);
    assert.deepEqual(JSON.parse(ran.out), { scored: [3], classes: 10, onnx: true });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("the root of the package has what most programs need, in about twenty names", async () => {
  const { code, out, err } = await deno(fileURLToPath(ROOT), "doc", "--json", "mod.ts");
  assert.equal(code, 0, err);
  const [{ symbols }] = Object.values(JSON.parse(out).nodes) as [
    { symbols: { name: string }[] },
  ];
  assert.ok(symbols.length <= 26, `${symbols.length} names: others belong to one of the exports`);
});
