import assert from "node:assert/strict";
import type { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";
import { bucketSampler } from "./bucket_sampler.ts";
import { classAwareSampler, cosslBalancedSampler } from "./class_aware_sampler.ts";
import { distributedSampler } from "./distributed_sampler.ts";
import { dasoSampler, shuffleSampler } from "./torch_sampler.ts";
import { usbSampler } from "./usb_sampler.ts";

const classes = 3;
const labels = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 2];
const size = labels.length;

const MAKERS: Readonly<Record<string, () => PassSampler>> = {
  usb: () => usbSampler({ size, epochLength: 29 }),
  distributed: () => distributedSampler({ size, batch: 4 }),
  daso: () => dasoSampler({ size, seed: 3, after: { size: 5, total: 12 } }),
  shuffle: () => shuffleSampler({ size, seed: 3, loader: true, batch: 2 }),
  classAware: () => classAwareSampler({ labels, classes, beta: 0.9, torchSeed: 1, pythonSeed: 2 }),
  cossl: () => cosslBalancedSampler({ labels, classes, seed: 3 }),
  bucket: () => bucketSampler({ labels, classes, seed: 3, retain: false }),
};

Deno.test("every published order goes on from any cursor, forwards and backwards", () => {
  for (const [name, make] of Object.entries(MAKERS)) {
    const all = make().next(60), again = make();
    for (const cursor of [0, 7, 59, 21, 22, 3]) {
      again.seek(cursor);
      assert.deepEqual(again.next(60 - cursor), all.slice(cursor), `${name} from ${cursor}`);
    }
    assert.ok(all.every((position) => position >= 0 && position < size), name);
  }
});

Deno.test("orders without replacement give no sample twice in a pass", () => {
  for (const name of ["distributed", "daso", "shuffle"]) {
    const sampler = MAKERS[name]!(); // a key of the table
    for (let pass = 0; pass < 3; pass++) {
      assert.equal(new Set(sampler.next(sampler.passLength)).size, sampler.passLength, name);
    }
  }
  assert.equal(MAKERS.distributed!().passLength, 8); // as above
  assert.equal(MAKERS.shuffle!().passLength, 10); // as above
});

Deno.test("balanced orders draw every class equally often", () => {
  for (const name of ["cossl", "bucket"]) {
    const seen = [0, 0, 0];
    for (const position of MAKERS[name]!().next(6000)) seen[labels[position]!]!++; // in the list
    for (const n of seen) assert.ok(Math.abs(n - 2000) < 150, `${name}: ${seen}`);
  }
});

Deno.test("bucketSampler() refuses a class without samples", () => {
  assert.throws(() => bucketSampler({ labels: [0, 2], classes: 3, seed: 0 }), /class 1/);
});
