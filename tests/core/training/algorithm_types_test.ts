import assert from "node:assert/strict";
import {
  add,
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  type StateSpecs,
  type Step,
} from "../../../core/mod.ts";

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

Deno.test("Step has labels of labeled images only", () => {
  const look = (s: Step<Options, StateSpecs>) => [
    crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y), // asked for
    // @ts-expect-error nobody is told the classes of unlabeled images
    s.batch.unlabeled.y,
  ];
  assert.equal(typeof look, "function");
});
