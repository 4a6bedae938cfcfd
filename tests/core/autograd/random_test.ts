import assert from "node:assert/strict";
import {
  randomBernoulli,
  randomNormal,
  randomUniform,
  randomWords,
  requestDevice,
} from "../../../core/autograd/mod.ts";
import { Random } from "../../../core/random.ts";

const device = await requestDevice();
const KEYS = [
  { seed: 0, name: "" },
  { seed: 2 ** 52 + 3, step: 4_000_000_000, name: "mixup λ" },
];

for (const key of KEYS) {
  Deno.test(`random draws of seed ${key.seed} are those of Random on the host`, async () => {
    for (const size of [1, 3, 4, 33, 1000]) {
      const [words, uniform, bernoulli, normal] = await device.readAll([
        randomWords(device, [size], key),
        randomUniform(device, [size], key),
        randomBernoulli(device, [size], { ...key, p: 0.3 }),
        randomNormal(device, [size], key),
      ]);
      const host = [0, 1, 2].map(() => new Random(key));
      const each = <T>(draw: () => T) => Array.from({ length: size }, draw);
      assert.deepEqual([...words], each(() => host[0]!.word())); // three, as above
      const uniforms = each(() => host[1]!.uniform());
      assert.deepEqual([...uniform], uniforms);
      assert.deepEqual([...bernoulli], uniforms.map((v) => v < Math.fround(0.3) ? 1 : 0));
      normal.forEach((v, i) => {
        const want = host[2]!.normal();
        assert.ok(Math.abs(v - want) < 1e-4, `normal ${i} is ${v}, not ${want}`);
      });
    }
  });
}

Deno.test("randomNormal() has mean 0, variance 1 and no correlation of neighbours", async () => {
  const n = 40_000;
  const x = await device.read(randomNormal(device, [n], { seed: 5, name: "law" }));
  const moment = (f: (v: number, i: number) => number) => x.reduce((s, v, i) => s + f(v, i), 0) / n;
  assert.ok(Math.abs(moment((v) => v)) < 0.02);
  assert.ok(Math.abs(moment((v) => v * v) - 1) < 0.03);
  assert.ok(Math.abs(moment((v, i) => v * (x[i + 1] ?? 0))) < 0.02);
});

Deno.test("random draws refuse a seed out of range", () => {
  assert.throws(() => randomUniform(device, [1], { seed: -1, name: "x" }), RangeError);
});
