import assert from "node:assert/strict";
import {
  checkFit,
  compose,
  type DataInfo,
  defineAlgorithm,
  missingCapabilities,
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
  defaults: { width: 1 },
  provides: ["mask"],
  check: ({ width }) => width > 0 ? null : `width is ${width}: give a number above 0`,
  fits: ({ width }, { classes }) =>
    width <= classes ? null : `width is ${width}: give at most one for each of ${classes} classes`,
  needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
});
const addon = defineAlgorithm({
  name: "extra",
  kind: "addon",
  paper: "none",
  requires: ["strong-view", "mask"],
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

Deno.test("compose() names each capability that the base does not have", () => {
  const other = defineAlgorithm({ name: "other", kind: "base", paper: "none", defaults: {} });
  assert.throws(() => compose(other(), addon()), {
    name: "TypeError",
    message: "Cannot combine the methods: 'extra' needs a strong view of unlabeled images, which " +
      "'other' does not have; 'extra' needs an unlabeled loss that takes a mask, which 'other' " +
      "does not have",
  });
});

Deno.test("missingCapabilities() follows what the base's options ask for", () => {
  const asking = defineAlgorithm({
    name: "asking",
    kind: "addon",
    paper: "none",
    defaults: {},
    requires: ["weak-view", "main-head", "student-guesses"],
  });
  const other = defineAlgorithm({
    name: "other",
    kind: "base",
    paper: "none",
    defaults: { view: "weak" as "weak" | "strong", own: false },
    needs: ({ view, own }) => ({
      views: { unlabeled: [view] },
      ...(own ? { evalHead: "own", passes: [{ net: "average", inputs: [view] }] } : {}),
    }),
  });
  const missing = (config?: Parameters<typeof other>[0]) =>
    missingCapabilities(asking.spec, other.spec, other(config).config);
  assert.deepEqual(missing(), []);
  assert.deepEqual(missing({ view: "strong" }), ["weak-view"]);
  assert.deepEqual(missing({ own: true }), ["main-head", "student-guesses"]);
});

Deno.test("compose() refuses pseudo-labels that are made of no view", () => {
  const blind = defineAlgorithm({
    name: "blind",
    kind: "base",
    paper: "none",
    defaults: {},
    provides: ["pseudo-labels"],
  });
  assert.throws(() => compose(blind()), /'blind' provides pseudo-labels but asks for no weak view/);
});

Deno.test("compose() refuses options that a method's own check refuses, by their full names", () => {
  assert.throws(() => compose(base({ width: 0 }), addon()), {
    name: "TypeError",
    message: "ground.width is 0: give a number above 0",
  });
});

const BATCH = { labeled: 4, unlabeled: 8 };

Deno.test("checkFit() refuses options that do not fit the data", () => {
  const stack = compose(base({ width: 4 }), addon());
  checkFit(stack, { ...data, classes: 4 }, BATCH);
  assert.throws(() => checkFit(stack, data, BATCH), {
    name: "TypeError",
    message: /^The methods do not fit the data: ground: width is 4: give at most .* 3 classes$/,
  });
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
