import assert from "node:assert/strict";
import { setLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";
import type { SplitSettings } from "../../../experiment/config/run_config.ts";
import type { LabelPool } from "../../../datasets/split/label_pool.ts";
import { makeSplit } from "../../../datasets/split/protocols/make_split.ts";
import { fractionOfTail } from "../../../datasets/split/protocols/simpro.ts";
import type { Split } from "../../../datasets/split/split.ts";
import { pool, POOLS } from "./pools.ts";

const STACKS: readonly string[] = [
  "simpro",
  "acr",
  "balpoe",
  "fixmatch+adello",
  "fixmatch+daso",
  "remixmatch+daso",
  "fixmatch+seval",
  "fixmatch+seval+abc",
  "fixmatch+cossl",
  "mixmatch+cossl",
];

function splitOf(stack: string, data: LabelPool, ...set: string[]): Split {
  const layer = setLayer([`algorithm=${stack}`, `dataset=${data.name}`, ...set]);
  const { split } = resolveConfig([layer]).config;
  const given = Object.entries(split).filter(([, value]) => value !== null);
  return makeSplit(data, Object.fromEntries(given) as Partial<SplitSettings> as object);
}

Deno.test("every recipe's split can be made of its data set", () => {
  for (const stack of STACKS) {
    for (const data of POOLS) {
      const { counts } = splitOf(stack, data);
      assert.ok(counts.labeled.every((n) => n > 0), `${stack} on ${data.name}`);
    }
  }
});

Deno.test("published tails have the published counts", () => {
  const sum = (counts: readonly number[]) => counts.reduce((a, b) => a + b, 0);
  const labeled = (stack: string, name: string) =>
    sum(splitOf(stack, POOLS.find((p) => p.name === name)!).counts.labeled); // one of them
  assert.equal(labeled("simpro", "cifar10"), 1236);
  assert.equal(labeled("simpro", "cifar100"), 1545);
  assert.equal(labeled("acr", "stl10"), 1835);
  assert.equal(labeled("fixmatch+adello", "cifar100"), 3751);
  assert.equal(labeled("fixmatch+adello", "eurosat"), 1733);
  assert.equal(labeled("fixmatch+adello", "tissuemnist"), 13_411);
  assert.equal(labeled("fixmatch+daso", "cifar10"), 3720);
  assert.equal(labeled("fixmatch+daso", "cifar100"), 5835);
  assert.equal(labeled("fixmatch+cossl", "food101"), 5448);
  assert.equal(labeled("balpoe", "cifar10"), 12_406);
  assert.equal(labeled("balpoe", "cifar100"), 10_847);
});

Deno.test("a fifth of the tail of small ImageNet's 1000 classes is labeled", () => {
  const { total } = fractionOfTail(1000, { max: 1280, gamma: 256, fraction: 0.2 });
  const data = pool("imagenet1k", total.map((n) => n + 1));
  const { counts } = splitOf("simpro", data);
  const sum = (list: readonly number[] | null) => (list ?? []).reduce((a, b) => a + b, 0);
  assert.equal(sum(counts.labeled), 45_589);
  assert.equal(sum(counts.unlabeled), 184_264);
  assert.equal(splitOf("acr", data).unlabeled.length, 229_853);
});

Deno.test("acr† leaves labeled images of small ImageNet out of the unlabeled ones", () => {
  const data = POOLS.find(({ name }) => name === "imagenet127")!; // one of them
  const overlap = ({ labeled, unlabeled }: Split) => {
    const known = new Set(labeled);
    return unlabeled.filter((image) => known.has(image)).length;
  };
  const own = splitOf("acr", data), dagger = splitOf("acr", data, "acr.dynamic=false");
  assert.equal(overlap(own), own.labeled.length);
  assert.equal(overlap(dagger), 0);
  assert.equal(own.test.length, data.testLabels.length);
  assert.equal(dagger.test.length, 127 * 50);
});
