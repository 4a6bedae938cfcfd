import assert from "node:assert/strict";
import { NumpyRandom } from "../../../../datasets/split/random/numpy_random.ts";

Deno.test("NumpyRandom draws gamma and beta as NumPy does on either side of 1", () => {
  const random = new NumpyRandom(3);
  const thrice = (draw: () => number) => [draw(), draw(), draw()];
  const got = [
    ...thrice(() => random.gamma(2.5)),
    ...thrice(() => random.gamma(0.3)),
    ...thrice(() => random.beta(2, 0.5)),
    random.exponential(),
  ];
  // numpy.random.RandomState(3), version 2.4
  const want = [
    6.009833246106926,
    2.8747981597832424,
    1.7834733227529087,
    0.07342753325444057,
    0.014104289876237628,
    0.1437677382246164,
    0.939546847816488,
    0.4015632660113509,
    0.9038533777795428,
    3.7295107365264766,
  ];
  got.forEach((value, i) => assert.ok(Math.abs(value / want[i]! - 1) < 1e-12, `${i}: ${value}`));
});

Deno.test("NumpyRandom takes every bit of a seed, as NumPy does in a list", () => {
  // numpy.random.RandomState([5, 1]) and RandomState([0xffffffff, 0x1fffff])
  const random = new NumpyRandom(2 ** 32 + 5);
  assert.equal(random.random(), 0.15727238718789782);
  assert.deepEqual([...random.permutation(5)], [0, 4, 3, 1, 2]);
  assert.equal(new NumpyRandom(Number.MAX_SAFE_INTEGER).random(), 0.09425040007102303);
  assert.throws(() => new NumpyRandom(2 ** 53), /Cannot use seed 9007199254740992/);
  assert.throws(() => new NumpyRandom(-1), RangeError);
});

Deno.test("NumpyRandom.beta() survives powers that underflow", () => {
  const random = new NumpyRandom(7);
  const got = Array.from({ length: 6 }, () => Math.round(random.beta(1e-4, 1e-3)));
  assert.deepEqual(got, [0, 0, 1, 0, 0, 0]); // numpy.random.RandomState(7), version 2.4
});

Deno.test("NumpyRandom.weightedSample() takes different numbers, as NumPy does", () => {
  assert.deepEqual([...new NumpyRandom(5).weightedSample([0.1, 0.2, 0.3, 0.4], 3)], [1, 3, 2]);
  assert.throws(() => new NumpyRandom(5).weightedSample([0, 1, 1], 3), /there are 2/);
});

Deno.test("NumpyRandom refuses what NumPy refuses", () => {
  const random = new NumpyRandom(0);
  assert.throws(() => random.randint(3, 3), RangeError);
  assert.throws(() => random.sample(3, 4), RangeError);
  assert.throws(() => random.weightedChoice([-1, 2], 1), RangeError);
  assert.throws(() => random.weightedChoice([0, 0], 1), RangeError);
  assert.throws(() => random.beta(0, 1), RangeError);
  assert.throws(() => random.gamma(-1), RangeError);
});
