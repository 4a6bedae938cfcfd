import assert from "node:assert/strict";
import { compose, type DataInfo, defineAlgorithm, mergeNeeds } from "../../../../core/mod.ts";

const data: DataInfo = {
  dataset: "toy",
  classes: 3,
  labeled: 6,
  unlabeled: 9,
  counts: [3, 2, 1],
  holdout: 0,
  valid: 0,
  features: 4,
  trueUnlabeledCounts: null,
};

const base = defineAlgorithm({
  name: "ground",
  kind: "base",
  paper: "none",
  defaults: { width: 1 },
  check: ({ width }) => width > 0 ? null : `width is ${width}: give a number above 0`,
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
});
const addon = defineAlgorithm({
  name: "extra",
  kind: "addon",
  paper: "none",
  bases: ["ground"],
  defaults: {},
  needs: () => ({
    views: { unlabeled: ["strong", "strong"] },
    heads: { side: { classes: 3 } },
    evalHead: "side",
  }),
});

Deno.test("compose() joins names and keeps the base first", () => {
  const stack = compose(base(), addon());
  assert.equal(stack.name, "ground+extra");
});

Deno.test("compose() lists all conflicts in one message", () => {
  assert.throws(() => compose(addon(), base(), base()), (error) => {
    assert(error instanceof TypeError);
    assert.match(error.message, /'extra' is an add-on/);
    assert.match(error.message, /'ground' is given twice/);
    return true;
  });
});

Deno.test("compose() refuses a base that an add-on does not stand on", () => {
  const other = defineAlgorithm({ name: "other", kind: "base", paper: "none", defaults: {} });
  assert.throws(() => compose(other(), addon()), /only on ground/);
});

Deno.test("mergeNeeds() takes every view as often as the longest list has it", () => {
  const needs = mergeNeeds(compose(base(), addon()), data);
  assert.deepEqual(needs.unlabeled, ["weak", "strong", "strong"]);
  assert.deepEqual(needs.labeled, ["weak"]);
  assert.equal(needs.evalHead, "side");
});

Deno.test("mergeNeeds() runs a named pass only where the student has no pass over all views", () => {
  const own = { name: "side", net: "student", inputs: ["labeled", "strong"] } as const;
  const asking = defineAlgorithm({
    name: "asking",
    kind: "addon",
    paper: "none",
    defaults: { inputs: own.inputs as readonly ["labeled", "strong"] | readonly ["strong"] },
    needs: ({ inputs }) => ({ passes: [{ ...own, inputs }] }),
  });
  const split = defineAlgorithm({
    name: "split",
    kind: "base",
    paper: "none",
    defaults: {},
    needs: () => ({ passes: [{ net: "student", inputs: ["weak"] }] }),
  });
  const single = mergeNeeds(compose(base(), asking()), data);
  assert.deepEqual([single.passes, single.passNames], [[], ["side"]]);
  const apart = mergeNeeds(compose(split(), asking()), data);
  assert.deepEqual(apart.passes, [{ net: "student", inputs: ["weak"] }, own]);
  assert.deepEqual(apart.passNames, []);

  const other = defineAlgorithm({ ...asking.spec, name: "other" })({ inputs: ["strong"] });
  assert.throws(
    () => mergeNeeds(compose(split(), asking(), other), data),
    /the pass 'side' is declared twice, otherwise by other/,
  );
});

Deno.test("mergeNeeds() refuses options that a method's own check refuses", () => {
  assert.throws(() => mergeNeeds(compose(base({ width: 0 })), data), /ground: width is 0/);
});

Deno.test("defineAlgorithm() types options and state", () => {
  const made = defineAlgorithm({
    name: "typed",
    kind: "base",
    paper: "none",
    defaults: { rate: 1 },
    state: () => ({ memory: { shape: [3] } }),
    loss(s) {
      // @ts-expect-error a state key must be declared
      s.state.memori;
      // @ts-expect-error an option must have a default
      s.config.rat;
      // @ts-expect-error unlabeled images have no labels
      s.batch.unlabeled.y;
      return {};
    },
  });
  // @ts-expect-error an option is not misspelt
  made({ raet: 2 });
  assert.equal(made({ rate: 2 }).config.rate, 2);
});
