import assert from "node:assert/strict";
import { describeWork } from "../../../experiment/run/work_display_deno.ts";

Deno.test("describeWork() gives amount, rate and time left", () => {
  const images = { stage: "pack", what: "train", done: 1200, total: 5000, unit: "images" } as const;
  assert.equal(
    describeWork(images, { done: 200, seconds: 10 }),
    "packing train: 1200/5000 images · 100 images/s · ETA 38s",
  );
  assert.equal(
    describeWork({ ...images, done: 5000 }, { done: 0, seconds: 10 }),
    "packing train: 5000/5000 images · 500 images/s",
  );
  const bytes = {
    stage: "download",
    what: "a.zip",
    done: 3e6,
    total: undefined,
    unit: "bytes",
  } as const;
  assert.equal(
    describeWork(bytes, { done: 1e6, seconds: 4 }),
    "downloading a.zip: 3.0 MB · 0.5 MB/s",
  );
  assert.equal(describeWork(bytes, { done: 3e6, seconds: 0 }), "downloading a.zip: 3.0 MB");
});
