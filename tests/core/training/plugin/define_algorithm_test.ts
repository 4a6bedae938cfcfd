import assert from "node:assert/strict";
import { type AlgorithmSpec, defineAlgorithm, type StateSpecs } from "../../../../core/mod.ts";

const spec = { name: "mine", kind: "addon", paper: "a test", defaults: {} } as const;

Deno.test("defineAlgorithm() refuses parts that there are not", () => {
  const misspelt = { ...spec, maks: () => undefined };
  assert.throws(() => defineAlgorithm(misspelt), {
    name: "TypeError",
    message: /method 'mine' has a part 'maks'.*did you mean 'mask'/,
  });
});

Deno.test("defineAlgorithm() refuses asynchronous parts, but for those between steps", () => {
  const waits = async () => await Promise.resolve();
  for (const slot of ["mask", "loss", "priorUpdate", "needs", "check", "fits"]) {
    assert.throws(() => defineAlgorithm({ ...spec, [slot]: waits }), {
      name: "TypeError",
      message: new RegExp(`^'${slot}' of the method 'mine' is asynchronous`),
    });
  }
  assert.equal(defineAlgorithm({ ...spec, setup: waits, epoch: waits })().name, "mine");
});

Deno.test("defineAlgorithm() refuses capabilities that there are not, or of the wrong kind", () => {
  const asks = (requires: string) => () =>
    defineAlgorithm({ ...spec, requires: [requires as "mask"] });
  assert.throws(asks("masks"), {
    name: "TypeError",
    message: /'mine' speaks of a capability 'masks'.*did you mean 'mask'\?$/,
  });
  assert.equal(asks("mask")().spec.requires?.length, 1);
  const offers = { ...spec, provides: ["mask"] } as const;
  assert.throws(() => defineAlgorithm(offers), /add-on 'mine' provides/);
  assert.throws(
    () => defineAlgorithm({ ...spec, kind: "base", requires: ["mask"] }),
    /base 'mine' requires/,
  );
});

Deno.test("defineAlgorithm() refuses an option whose default does not tell its type", () => {
  for (const level of [null, undefined, { low: 1 }, () => 1]) {
    assert.throws(
      () => defineAlgorithm({ name: "mine", kind: "base", paper: "none", defaults: { level } }),
      /option 'level' of the method 'mine' has .* as its default: give a number/,
    );
  }
});

Deno.test("docs/plugins.md has a row or a word for every part of a method", async () => {
  const parts: Readonly<Record<keyof AlgorithmSpec<object, StateSpecs>, "row" | "word">> = {
    name: "word",
    kind: "word",
    paper: "word",
    defaults: "row",
    docs: "row",
    formulas: "row",
    pseudoLabel: "row",
    mask: "row",
    loss: "row",
    priorUpdate: "row",
    needs: "row",
    state: "row",
    provides: "row",
    requires: "row",
    adjust: "row",
    weights: "row",
    inputs: "row",
    refine: "row",
    refineMask: "row",
    ramp: "row",
    terms: "row",
    update: "row",
    setup: "row",
    every: "row",
    epoch: "row",
    phase: "row",
    adjustEvaluation: "word",
    check: "row",
    fits: "row",
    smoke: "row",
    recipe: "row",
    starts: "row",
  };
  const text = await Deno.readTextFile(new URL("../../../../docs/plugins.md", import.meta.url));
  for (const [part, kind] of Object.entries(parts)) {
    assert.match(
      text,
      kind === "row" ? new RegExp(`^\\| \`${part}\` `, "m") : new RegExp(`\`${part}\``),
    );
  }
});
