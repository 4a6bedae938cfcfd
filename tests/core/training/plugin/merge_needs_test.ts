import assert from "node:assert/strict";
import {
  compose,
  type DataInfo,
  defineAlgorithm,
  mergeNeeds,
  type Needs,
} from "../../../../core/mod.ts";

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
  defaults: {},
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
});
const addon = defineAlgorithm({
  name: "extra",
  kind: "addon",
  paper: "none",
  defaults: {},
  needs: () => ({
    views: { unlabeled: ["strong", "strong"] },
    heads: { side: { classes: 3 } },
    evalHead: "side",
  }),
});

Deno.test("mergeNeeds() takes every view as often as the longest list has it", () => {
  const needs = mergeNeeds(compose(base(), addon()), data);
  assert.deepEqual(needs.unlabeled, ["weak", "strong", "strong"]);
  assert.deepEqual(needs.labeled, ["weak"]);
  assert.equal(needs.evalHead, "side");
});

Deno.test("mergeNeeds() refuses heads and streams of names that every object has", () => {
  const stream = { from: "labeled", view: "weak", sampler: "uniform", net: "student" } as const;
  for (const name of ["constructor", "toString", "__proto__"]) {
    const naming = defineAlgorithm({
      name: "naming",
      kind: "addon",
      paper: "none",
      defaults: {},
      needs: () => ({
        heads: Object.fromEntries([[name, { classes: 3 }]]),
        streams: Object.fromEntries([[name, stream]]),
      }),
    });
    assert.throws(
      () => mergeNeeds(compose(base(), naming()), data),
      {
        name: "TypeError",
        message:
          `Cannot combine the methods: the head '${name}' of naming has no name of its own; ` +
          `the stream '${name}' of naming has no name of its own`,
      },
    );
  }
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

Deno.test("mergeNeeds() takes solid images of one plugin and the same class-wise norms of several", () => {
  const asking = (name: string, needs: Needs) =>
    defineAlgorithm({ name, kind: "addon", paper: "none", defaults: {}, needs: () => needs })();
  const solids = { blank: { value: 1 } }, classwiseNorms = ["A", "B"] as const;
  const merged = mergeNeeds(
    compose(base(), asking("one", { solids, classwiseNorms }), asking("two", { classwiseNorms })),
    data,
  );
  assert.deepEqual(merged.solids, solids);
  assert.deepEqual(merged.classwiseNorms, ["A", "B"]);
  const refused = (needs: Needs, says: RegExp) =>
    assert.throws(
      () =>
        mergeNeeds(
          compose(base(), asking("one", { solids, classwiseNorms }), asking("two", needs)),
          data,
        ),
      says,
    );
  refused({ solids }, /the solid image 'blank' is declared twice, again by two/);
  refused(
    { classwiseNorms: ["A"] },
    /different class-wise batch norms are asked for, otherwise by two/,
  );
});
