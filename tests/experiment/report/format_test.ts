import assert from "node:assert/strict";
import {
  duration,
  list,
  NOTHING,
  number,
  percent,
  plural,
  short,
  steps,
  whole,
} from "../../../experiment/report/format.ts";

const plain = (text: string) => text.replaceAll("\u00a0", " ");

Deno.test("rates, numbers and counts are written one way", () => {
  assert.equal(plain(percent(0.5784)), "57.8 %");
  assert.deepEqual([percent(null), percent(undefined), percent(NaN)], [NOTHING, NOTHING, NOTHING]);
  assert.deepEqual([0, 0.0397, 1.9, 1234.5, 0.00012345, 2e7].map(number), [
    ...["0", "0.0397", "1.9", "1,235", "1.23e-4", "2.00e+7"],
  ]);
  assert.equal(whole(12500), "12,500");
  assert.deepEqual([400, 12_000, 250_000, 1_500_000].map(steps), ["400", "12k", "250k", "1.5M"]);
});

Deno.test("durations have the two units that matter", () => {
  assert.deepEqual([8.44, 59.96, 200, 7505].map((s) => plain(duration(s))), [
    ...["8.4 s", "1 min 00 s", "3 min 20 s", "2 h 05 min"],
  ]);
});

Deno.test("names are cut, counted and listed", () => {
  assert.equal(short("horizontal stripes", 12), "horizontal…");
  assert.deepEqual([plural(1, "run"), plural(2, "class", "classes")], ["1 run", "2 classes"]);
  assert.deepEqual([list(["a"]), list(["a", "b"]), list(["a", "b", "c"])], [
    ...["a", "a and b", "a, b and c"],
  ]);
});
