import assert from "node:assert/strict";
import { augmentCases } from "../../bench/cases/augment.ts";
import { batchNormCases } from "../../bench/cases/batch_norm.ts";
import { conv2dCases } from "../../bench/cases/conv2d.ts";
import { fixmatchStepCases } from "../../bench/cases/fixmatch_step.ts";
import { gemmCases } from "../../bench/cases/gemm.ts";
import type { BenchCase } from "../../bench/bench_case.ts";
import type { Contender } from "../../bench/contender.ts";
import { openLongtail } from "../../bench/contenders/longtail.ts";
import { openPillow } from "../../bench/contenders/pillow.ts";
import { openPytorch } from "../../bench/contenders/pytorch.ts";
import { findPython } from "../../bench/contenders/python_work.ts";

const sizes = { quick: true, software: true };
const opened = { pillow: await tryOpen(openPillow), pytorch: await tryOpen(openPytorch) };

async function tryOpen(
  open: (options: { gpu: boolean }) => Promise<Contender>,
): Promise<Contender | undefined> {
  try {
    return await open({ gpu: false });
  } catch (error) {
    assert.match(String(error), /apt-get install python3-/);
    console.log(`Not tested in the bench: ${error instanceof Error ? error.message : error}`);
    return undefined;
  }
}

/** Who is wrong after one run of a case, and the milliseconds that each spent elsewhere. */
async function judged({ prepare }: BenchCase, contenders: readonly Contender[]) {
  const { start, judge } = prepare();
  const results = new Map<string, Float32Array>(), spent = new Map<string, number>();
  await Promise.all(contenders.map(async (contender) => {
    const work = await start(contender);
    assert.ok(work, `${contender.name} has no such work`);
    await work.run(1);
    results.set(contender.name, await work.result());
    spent.set(contender.name, work.elsewhere?.() ?? 0);
    await work.run(2);
    assert.ok(!work.elsewhere || work.elsewhere() > (spent.get(contender.name) ?? NaN));
    work.dispose();
  }));
  return { wrong: judge(results), spent };
}

Deno.test("findPython() finds what can run a line, if anything", async () => {
  assert.equal(await findPython("import no_such_module"), undefined);
});

// Processes end by themselves, some time after their work is disposed of.
const unsanitized = { sanitizeOps: false, sanitizeResources: false };

Deno.test({
  name: "Pillow makes views",
  ignore: !opened.pillow,
  ...unsanitized,
  async fn() {
    const { wrong, spent } = await judged(augmentCases(sizes)[0]!, [opened.pillow!]);
    assert.deepEqual(wrong, new Map());
    assert.ok(spent.get("pillow")! > 0);
  },
});

Deno.test({
  name: "PyTorch computes right products, convolutions and batch normalization",
  ignore: !opened.pytorch,
  ...unsanitized,
  async fn() {
    assert.equal(opened.pytorch!.name, "pytorch-cpu");
    assert.match(opened.pytorch!.version, /^\d+\.\d+/);
    const all = [...gemmCases(sizes), ...conv2dCases(sizes), ...batchNormCases(sizes)];
    const firsts = all.filter(({ name }, i) => all.findIndex((c) => c.name === name) === i);
    assert.equal(firsts.length, 5);
    for (const { wrong } of await Promise.all(firsts.map((c) => judged(c, [opened.pytorch!])))) {
      assert.deepEqual(wrong, new Map());
    }
  },
});

Deno.test({
  name: "PyTorch takes longtail's training steps, and like ones on views of its own",
  ignore: !opened.pytorch,
  ...unsanitized,
  async fn() {
    const both = [await openLongtail(), opened.pytorch!];
    for (const benchCase of fixmatchStepCases(sizes)) {
      const { wrong, spent } = await judged(benchCase, both);
      assert.deepEqual(wrong, new Map(), benchCase.name);
      assert.ok(spent.get("pytorch-cpu")! > 0);
    }
  },
});
