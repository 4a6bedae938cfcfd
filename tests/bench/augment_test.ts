import assert from "node:assert/strict";
import { augmentCases } from "../../bench/cases/augment.ts";
import type { AugmentProblem, Contender, Work } from "../../bench/contender.ts";

const SIZE = 32;

/** The case and the problem that it poses. */
function posed() {
  const [first] = augmentCases({ quick: true, software: true });
  assert.ok(first);
  const prepared = first.prepare();
  const problems: AugmentProblem[] = [];
  const listener: Contender = {
    name: "listener",
    version: "1",
    deviceErrors: [],
    augment(problem) {
      problems.push(problem);
      return new Promise<Work>(() => {});
    },
  };
  prepared.start(listener);
  const problem = problems[0];
  assert.ok(problem);
  return { judge: prepared.judge, problem };
}

/** Weak views that are flipped and shifted, strong ones with a grey box. */
function views({ bytes }: AugmentProblem, shift: number): Float32Array {
  const at = (image: number, x: number, y: number, channel: number) => {
    const line = SIZE - 1 - Math.abs(SIZE - 1 - Math.abs(y + shift)), column = SIZE - 1 - x;
    return (bytes[((image * SIZE + line) * SIZE + column) * 3 + channel] ?? NaN) / 127.5 - 1;
  };
  const weak = Float32Array.from(bytes, (_, i) => {
    const pixel = Math.trunc(i / 3), inside = pixel % SIZE ** 2;
    return at(Math.trunc(pixel / SIZE ** 2), inside % SIZE, Math.trunc(inside / SIZE), i % 3);
  });
  const grey = 127 / 127.5 - 1;
  const boxed = weak.map((v, i) => Math.trunc(i / 3) % SIZE ** 2 < 8 * SIZE ? grey : v);
  return new Float32Array([...weak, ...boxed]);
}

Deno.test("augment takes any flip and crop for a weak view, and misses grey boxes", () => {
  const { judge, problem } = posed();
  const right = views(problem, 4), weak = right.subarray(0, right.length / 2);
  const all = new Map([
    ["right", right],
    ["right too", views(problem, -2)],
    ["too far", views(problem, 5)],
    ["one value off", right.map((v, i) => i === 100 ? v + 0.01 : v)],
    ["no box", new Float32Array([...weak, ...weak])],
    ["not finite", right.map((v, i) => i === right.length - 1 ? NaN : v)],
    ["half", weak],
  ]);
  const wrong = judge(all);
  assert.deepEqual([...wrong.keys()], ["too far", "one value off", "no box", "not finite", "half"]);
  assert.match(wrong.get("one value off") ?? "", /weak view 0/);
  assert.match(wrong.get("no box") ?? "", /grey box/);
});
