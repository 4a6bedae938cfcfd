import assert from "node:assert/strict";
import { judgeAgreement, judgeElements } from "../../bench/judge.ts";

const length = 100_000;
const rule = { length, valueAt: (place: number) => place % 7, tolerance: 1e-4 };
const right = Float32Array.from({ length }, (_, place) => place % 7);

function changed(place: number, value: number): Float32Array {
  const copy = right.slice();
  copy[place] = value;
  return copy;
}

Deno.test("judgeElements() finds one wrong value if another contender has it right", () => {
  const wrong = judgeElements(new Map([["a", right], ["b", changed(54_321, 9)]]), rule);
  assert.deepEqual([...wrong.keys()], ["b"]);
  assert.match(wrong.get("b") ?? "", /value 54321 is 9 instead of 1/);
});

Deno.test("judgeElements() needs no other contender for a result that is wrong throughout", () => {
  const zeros = new Float32Array(length);
  assert.deepEqual([...judgeElements(new Map([["a", zeros]]), rule).keys()], ["a"]);
  assert.deepEqual([...judgeElements(new Map([["a", right]]), rule).keys()], []);
});

Deno.test("judgeElements() refuses other lengths and values that are not finite", () => {
  const results = new Map([["a", right.slice(1)], ["b", changed(54_321, NaN)], ["c", right]]);
  assert.deepEqual([...judgeElements(results, rule).keys()], ["a", "b"]);
});

Deno.test("judgeAgreement() finds the odd one out", () => {
  const distance = (a: Float32Array, b: Float32Array) => Math.abs((a[0] ?? NaN) - (b[0] ?? NaN));
  const at = (value: number) => Float32Array.of(value);
  const three = new Map([["a", at(1)], ["b", at(1.5)], ["c", at(9)]]);
  assert.deepEqual([...judgeAgreement(three, distance).keys()], ["c"]);
  const two = new Map([["a", at(1)], ["c", at(9)]]);
  assert.deepEqual([...judgeAgreement(two, distance).keys()], ["a", "c"]);
  const broken = new Map([["a", at(NaN)], ["b", at(1)], ["c", at(1)]]);
  assert.deepEqual([...judgeAgreement(broken, distance).keys()], ["a"]);
  assert.equal(judgeAgreement(new Map([["a", at(1)]]), distance).size, 0);
});
