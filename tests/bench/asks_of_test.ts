import assert from "node:assert/strict";
import { asksOf } from "../../bench/asks_of.ts";

const base = {
  labeled: ["weak"],
  unlabeled: ["weak", "strong"],
  passes: [],
  streams: {},
  heads: {},
} as const;

Deno.test("asksOf() says what a stack needs beyond its base", () => {
  const stack = {
    labeled: ["weak"],
    unlabeled: ["weak", "strong", "strong"],
    passes: [
      { net: "average", inputs: ["labeled", "weak"] },
      { net: "student", inputs: ["weak/0"], grad: false },
    ],
    streams: { tail: { from: "labeled", view: "strong", sampler: "uniform", net: "average" } },
    heads: { other: { classes: 10 } },
  } as const;
  assert.equal(
    asksOf(stack, base),
    "unlabeled: strong; average over labeled and weak; student over weak/0 without gradient; " +
      "stream tail: average over labeled strong; head other",
  );
  assert.equal(asksOf(base, stack), "");
  assert.equal(asksOf(base), "labeled: weak; unlabeled: weak, strong");
});
