import assert from "node:assert/strict";
import {
  add,
  type Algorithm,
  checkFit,
  compose,
  crossEntropy,
  type DataInfo,
  defineAlgorithm,
  requestDevice,
  type Tensor,
} from "../../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../tiny_trainer.ts";

const DATA: DataInfo = {
  dataset: "toy",
  classes: 3,
  labeled: 3,
  unlabeled: 3,
  counts: [1, 1, 1],
  holdout: 0,
  valid: 0,
  features: 4,
  trueUnlabeledCounts: null,
};

interface Options {
  level: number;
}

/** What every method below shares. */
const COMMON = { kind: "base", paper: "none" } as const;

Deno.test("defineAlgorithm() types options: a misspelt or ill-typed one does not compile", () => {
  const method: Algorithm<Options> = defineAlgorithm({
    ...COMMON,
    name: "options",
    defaults: { level: 1 },
    loss: (s) => {
      // @ts-expect-error the method has no such option
      assert.equal(s.config.levle, undefined);
      return {};
    },
  });
  assert.deepEqual(method({ level: 2 }).config, { level: 2 });
  assert.deepEqual(method({ level: 2 }).given, { level: 2 });
  // @ts-expect-error an option that is misspelt
  method({ levle: 2 });
  // @ts-expect-error an option of another type
  method({ level: "high" });
});

Deno.test("defineAlgorithm() types state: a key that was not declared does not compile", () => {
  const method = defineAlgorithm({
    ...COMMON,
    name: "state",
    defaults: {},
    state: (_, { classes }) => ({ prior: { shape: [classes], init: "uniform" } }),
    priorUpdate(s) {
      s.state.prior = add(s.state.prior, 0);
      // @ts-expect-error a key that the method has not declared
      s.state.queue = s.state.prior;
    },
    epoch(h) {
      h.state.prior = h.write([1], [1]);
      // @ts-expect-error a key that the method has not declared
      h.state.queue = h.state.prior;
    },
  });
  assert.equal(method().name, "state");
});

Deno.test("defineAlgorithm() types steps: waiting and asynchronous slots do not compile", () => {
  const common = { ...COMMON, name: "waits", defaults: {} };
  const waiting = [
    // @ts-expect-error a slot of a step that waits
    () => defineAlgorithm({ ...common, pseudoLabel: async (_, t) => await t }),
    // @ts-expect-error a slot of a step that waits
    () => defineAlgorithm({ ...common, mask: async (_, __, m) => await m }),
    // @ts-expect-error a slot of a step that waits
    () => defineAlgorithm({ ...common, loss: async () => await {} }),
    // @ts-expect-error a slot of a step that waits, though nothing is returned
    () => defineAlgorithm({ ...common, priorUpdate: async () => await void 0 }),
  ];
  for (const define of waiting) assert.throws(define, /is asynchronous/);
  const reading = defineAlgorithm({
    ...COMMON,
    name: "e",
    defaults: {},
    loss(s) {
      // @ts-expect-error reading back is for slots between steps
      assert.equal(s.read, undefined);
      return {};
    },
  });
  assert.equal(reading().name, "e");
});

Deno.test("a Step has labels of labeled images only, in types and when it runs", async () => {
  const device = await requestDevice();
  const seen: string[][] = [];
  const method = defineAlgorithm({
    ...COMMON,
    name: "looks",
    defaults: {},
    needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak"] } }),
    loss(s) {
      // @ts-expect-error nobody is told the classes of unlabeled images
      assert.equal(s.batch.unlabeled.y, undefined);
      seen.push(Object.keys(s.batch.labeled), Object.keys(s.batch.unlabeled));
      return { labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y) };
    },
  });
  await runSteps(await tinyTrainer(device, { stack: compose(method()) }), 1);
  assert.deepEqual(seen, [
    ["x", "y", "index"],
    ["weak", "strong", "identity", "index", "isLabeled"],
  ]);
  device.destroy();
});

Deno.test("defineAlgorithm() types capabilities: bases declare only what needs cannot say", () => {
  const common = { paper: "none", defaults: {} };
  const made = defineAlgorithm({ ...common, name: "a", kind: "addon", requires: ["weak-view"] });
  assert.deepEqual(made.spec.requires, ["weak-view"]);
  assert.throws(
    // @ts-expect-error a capability that bases do not have
    () => defineAlgorithm({ ...common, name: "b", kind: "addon", requires: ["weak-views"] }),
    /did you mean 'weak-view'/,
  );
  const base = { ...common, name: "c", kind: "base" } as const;
  assert.throws(
    // @ts-expect-error views are declared in needs
    () => defineAlgorithm({ ...base, provides: ["weak-view"] }),
    /'weak-view' follows from the needs of 'c': leave it out of provides/,
  );
});

const needsData = (_: object, { classes }: DataInfo) => classes > 0 ? null : "there are none";

Deno.test("defineAlgorithm() types checks: only `fits` sees data, and not what the network adds", () => {
  const method = defineAlgorithm({
    ...COMMON,
    name: "checks",
    defaults: { level: 1 },
    fits({ level }, data) {
      // @ts-expect-error the length of feature vectors is the network's
      assert.equal(data.features, undefined);
      return level <= data.classes ? null : "level is too high";
    },
  });
  const { features: _, ...data } = DATA;
  const batch = { labeled: 2, unlabeled: 4 };
  checkFit(compose(method({ level: 3 })), data, batch);
  assert.throws(() => checkFit(compose(method({ level: 4 })), data, batch), /level is too high/);
  // @ts-expect-error data are not known when methods are composed
  const early = defineAlgorithm({ ...COMMON, name: "early", defaults: {}, check: needsData });
  assert.equal(early.spec.check, needsData);
});

Deno.test("defineAlgorithm() types refinement and evaluation: both are told the head", () => {
  const told = (head: string) => head;
  const method = defineAlgorithm({
    name: "refines",
    kind: "addon",
    paper: "none",
    defaults: {},
    state: () => ({ offset: { shape: [1] } }),
    refine: (s, t, head) =>
      told(head) === "side" ? { ...t, probs: add(t.probs, 0) } : s.refine(t, head),
    // @ts-expect-error a mask is a tensor
    refineMask: (_, __, ___, head) => head,
    adjustEvaluation(s, logits, head) {
      // @ts-expect-error evaluations must not assign state
      s.state.offset = logits;
      return told(head) === "side" ? add(logits, s.state.offset) : logits;
    },
  });
  assert.equal(method().name, "refines");
});

Deno.test("Host.write() types what it makes by what it is asked for", () => {
  const method = defineAlgorithm({
    ...COMMON,
    name: "writes",
    defaults: {},
    state: () => ({ kept: { shape: [1] } }),
    setup(h) {
      const labels: Tensor<"i32"> = h.write([1], [1], "i32");
      h.state.kept = h.write([1], [1]);
      // @ts-expect-error state is float
      h.state.kept = labels;
    },
  });
  assert.equal(method().name, "writes");
});
