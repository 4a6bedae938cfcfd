import assert from "node:assert/strict";
import { fixmatch } from "../../../../algorithms/bases/fixmatch.ts";
import {
  add,
  compose,
  crossEntropy,
  defineAlgorithm,
  mean,
  type Model,
  mul,
  type Output,
  type Plugin,
  priorDistance,
  requestDevice,
  reshape,
  slice,
  type State,
  type StateSpecs,
  type Step,
  sub,
  sum,
  type Tensor,
} from "../../../../core/mod.ts";
import { runSteps, tinyTrainer } from "../tiny_trainer.ts";

const device = await requestDevice();

type Slots = Omit<Parameters<typeof defineAlgorithm>[0], "name" | "kind" | "paper" | "defaults">;

/** A method of one test. */
function method(name: string, slots: Slots, kind: "base" | "addon" = "addon"): Plugin {
  return defineAlgorithm({ name, kind, paper: "a test", defaults: {}, ...slots })();
}

/** A base with weak and strong views and the loss of the labels. */
function base(slots: Slots = {}): Plugin {
  return method("plain", {
    needs: () => ({ views: { labeled: ["weak"], unlabeled: ["weak", "strong"] } }),
    loss: (s) => ({ labeled: labeledLoss(s) }),
    ...slots,
  }, "base");
}

function labeledLoss(s: Step): Tensor {
  return crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y);
}

function trainerOf(...[first, ...others]: [Plugin, ...Plugin[]]) {
  return tinyTrainer(device, { stack: compose(first, ...others) });
}

Deno.test("Trainer.step() reads nothing back and submits once", async () => {
  const trainer = await trainerOf(fixmatch({ threshold: 0.5 }));
  await runSteps(trainer, 3);
  const { read, readAll, idle } = device;
  const wait = () => assert.fail("a step waits for the GPU");
  Object.assign(device, { read: wait, readAll: wait, idle: wait });
  try {
    for (let i = 0; i < 3; i++) {
      const before = device.counts.submissions;
      trainer.step();
      assert.equal(device.counts.submissions - before, 1);
    }
  } finally {
    Object.assign(device, { read, readAll, idle });
  }
});

Deno.test("Trainer runs slots in plugin order, each with what the one before left", async () => {
  const seen: string[] = [];
  const note = (name: string): Slots => ({
    pseudoLabel: (_, t) => (seen.push(`${name} pseudoLabel ${t.form}`), { ...t, form: "soft" }),
    mask: (_, t, m) => (seen.push(`${name} mask ${t.form}`), m),
    inputs: () => (seen.push(`${name} inputs`), {}),
    priorUpdate: () => void seen.push(`${name} priorUpdate`),
  });
  const trainer = await trainerOf(base(note("plain")), method("one", note("one")));
  await runSteps(trainer, 1);
  assert.deepEqual(seen, [
    "plain pseudoLabel hard",
    "one pseudoLabel soft",
    "plain mask soft",
    "one mask soft",
    "plain inputs",
    "one inputs",
    "plain priorUpdate",
    "one priorUpdate",
  ]);
});

Deno.test("adjust sees logits of labeled, weak and strong views, losses see them adjusted", async () => {
  const seen = new Set<string>();
  const shift = method("shift", {
    adjust(_, logits, where) {
      seen.add(where);
      return add(logits, 3);
    },
  });
  let moved: Tensor | undefined;
  const trainer = await trainerOf(
    base({
      loss(s) {
        const [labeled] = s.student.labeled, [weak] = s.student.weak, [strong] = s.student.strong;
        for (const out of [weak!, strong!]) out.logits();
        moved = device.keep(() => mean(sub(labeled!.logits(), labeled!.rawLogits())));
        return { labeled: labeledLoss(s) };
      },
    }),
    shift,
  );
  await runSteps(trainer, 1);
  assert.deepEqual([...seen].sort(), ["labeled", "strong", "weak"]);
  assert.deepEqual([...await device.read(moved!)], [3]);
});

Deno.test("weights are piped from ones and reach the loss", async () => {
  const halved = (name: string) =>
    method(name, { weights: (_, where, w) => where === "labeled" ? mul(w, 0.5) : w });
  const weighted = base({
    loss: (s) => ({
      labeled: crossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
        weights: s.weights("labeled"),
      }),
      images: sum(s.weights("unlabeled")),
    }),
  });
  const losses: Readonly<Record<string, number>>[] = [];
  for (const addons of [[], [halved("one"), halved("two")]]) {
    const trainer = await trainerOf(weighted, ...addons);
    trainer.step();
    losses.push((await trainer.drain()).loss);
  }
  const [plain, quarter] = losses;
  assert.ok(Math.abs(quarter!.labeled! / plain!.labeled! - 0.25) < 1e-6);
  assert.equal(plain!.images, 8); // four labeled images and two unlabeled for each
});

Deno.test("a pass of the average runs with the averaged weights and gets no gradient", async () => {
  const taught = base({
    needs: () => ({
      views: { labeled: ["weak"], unlabeled: ["weak"] },
      passes: [
        { net: "student", inputs: ["labeled", "weak"] },
        { net: "average", inputs: ["weak"], norm: "frozen" },
      ],
    }),
    loss(s) {
      const size = (x: Tensor) => mean(mul(x, x));
      s.log("student", size(s.student.weak[0]!.logits()));
      return { taught: size(s.average.weak[0]!.logits()) };
    },
  });
  const trainer = await trainerOf(taught);
  const { student, average } = trainer.network;
  const weights = await device.read(student.flatParameters);
  device.write(average.flatParameters, new Float32Array(weights.length));
  trainer.step();
  const { loss, values } = await trainer.drain();
  assert.equal(loss.taught, 0); // weights of zero make logits of zero
  assert.ok(values["plain/student"]! > 0);
  assert.deepEqual(await device.read(student.flatParameters), weights);
});

Deno.test("a named pass keeps its outputs apart, or is the student's pass over all views", async () => {
  const named = method("named", {
    needs: () => ({
      passes: [{ name: "side", net: "student", inputs: ["labeled", "strong"], norm: "frozen" }],
    }),
    loss(s) {
      const { labeled, weak } = s.pass("side");
      const size = (x: Tensor) => mean(mul(x, x));
      s.log("difference", size(sub(labeled[0]!.features, s.student.labeled[0]!.features)));
      s.log("weak views", s.prior.device.tensor([weak.length], [1]));
      assert.throws(() => s.pass("sied"), /'named' uses the pass 'sied' but did not declare it/);
      return { side: size(labeled[0]!.logits()) };
    },
  });
  const single = await trainerOf(base(), named);
  single.step();
  const one = (await single.drain()).values;
  assert.deepEqual([one["named/difference"], one["named/weak views"]], [0, 1]);

  const split = base({
    needs: () => ({
      views: { labeled: ["weak"], unlabeled: ["weak", "strong"] },
      passes: [{ net: "student", inputs: ["labeled"] }, { net: "student", inputs: ["weak"] }],
    }),
  });
  const apart = await trainerOf(split, named);
  apart.step();
  const two = (await apart.drain()).values;
  assert.ok(two["named/difference"]! > 0); // other images, other batch statistics
  assert.equal(two["named/weak views"], 0);
});

Deno.test("logged state is in the log row as it is after the period's last step", async () => {
  const counting = base({
    state: (_, { classes }) => ({
      seen: { shape: [classes], logged: true },
      quiet: { shape: [1] },
    }),
    priorUpdate({ state }) {
      state.seen = add(state.seen!, 1); // declared above
    },
  });
  const trainer = await trainerOf(counting), none = new Array(trainer.data.classes).fill(0);
  assert.deepEqual((await trainer.drain()).state, { "plain/seen": none });
  trainer.step();
  trainer.step();
  const { state } = await trainer.drain();
  assert.deepEqual(state, { "plain/seen": none.map(() => 2) });
});

Deno.test("a log row says how far estimated class shares are from the hidden ones", async () => {
  const guessing = base({
    state: (_, { classes }) => ({
      unlabeled: { shape: [classes], init: "uniform", estimates: "unlabeled" },
      all: { shape: [classes], estimates: "all" },
    }),
  });
  const trainer = await trainerOf(guessing);
  const { state, priors } = await trainer.drain();
  const { classes, trueUnlabeledCounts } = trainer.data;
  assert.deepEqual(Object.keys(state).sort(), ["plain/all", "plain/unlabeled"]);
  const uniform = priorDistance(trueUnlabeledCounts!, new Array(classes).fill(Math.fround(1 / 3)));
  assert.deepEqual(priors, { "plain/unlabeled": uniform }); // the other guesses nothing yet
  assert.ok(uniform!.kl > 0 && uniform!.l1 > 0);
});

Deno.test("priorDistance() is 0 for the truth, whatever the scale, and finite for a missed class", () => {
  assert.deepEqual(priorDistance([2, 6], [0.25, 0.75]), { kl: 0, l1: 0 });
  assert.deepEqual(priorDistance([2, 6], [0.1, 0.3])!.l1 < 1e-12, true);
  const missed = priorDistance([1, 1], [1, 0])!;
  assert.equal(missed.l1, 1);
  assert.ok(missed.kl > 10 && Number.isFinite(missed.kl));
  assert.equal(priorDistance([1, 1], [0, 0]), null);
  assert.equal(priorDistance([0, 0], [1, 1]), null);
});

Deno.test("late inputs get a pass of their own, with a gradient", async () => {
  const mixed = method("mixed", {
    inputs: (s) => ({ mix: { x: mul(add(s.batch.labeled.x[0], s.batch.labeled.x[0]), 0.5) } }),
    loss: (s) => ({ mixed: crossEntropy(s.late("mix").logits(), s.batch.labeled.y) }),
  });
  const nothing = base({ loss: () => ({}) });
  const trainer = await trainerOf(nothing, mixed);
  const before = await device.read(trainer.network.student.flatParameters);
  await runSteps(trainer, 1);
  assert.notDeepEqual(await device.read(trainer.network.student.flatParameters), before);
});

Deno.test("state that a step assigns is kept; handles taken before keep their values", async () => {
  type Counted = { count: { shape: [2]; init: number } };
  let old: Tensor | undefined;
  const counting = method("counting", {
    state: () => ({ count: { shape: [2], init: 5 } }),
    loss(s) {
      const state = s.state as State<Counted & StateSpecs>;
      const before = state.count;
      state.count = add(before, 1);
      state.count = add(state.count, 1); // sees what was assigned
      old = device.keep(() => mul(before, 1));
      return {};
    },
  });
  const trainer = await trainerOf(base(), counting);
  await runSteps(trainer, 2);
  const count = trainer.state.tensors.get("counting/count")!; // declared above
  const [now, then] = await device.readAll([count, old!]);
  assert.deepEqual([[...now], [...then]], [[9, 9], [7, 7]]);

  const wrong = method("wrong", {
    state: () => ({ count: { shape: [2] } }),
    loss: (s) => {
      s.state.count = device.zeros([3]);
      return {};
    },
  });
  const other = await trainerOf(base(), wrong);
  assert.throws(
    () => other.step(),
    /Cannot assign f32\[3\] to the state 'wrong\/count' of f32\[2\]/,
  );
});

Deno.test("Trainer.run() runs what is due, when it is due", async () => {
  const at: string[] = [];
  const timed = method("timed", {
    setup: () => void at.push("setup"),
    every: { steps: () => 2, run: (h) => void at.push(`every ${h.progress.step}`) },
    epoch: (h) => void at.push(`epoch ${h.progress.epoch}`),
  });
  const trainer = await tinyTrainer(device, {
    stack: compose(base(), timed),
    settings: { epochSteps: 3 },
  });
  await runSteps(trainer, 6);
  assert.deepEqual(at, ["setup", "every 2", "epoch 1", "every 4", "every 6", "epoch 2"]);
});

Deno.test("a step says whose mistake it is", async () => {
  const twice = method("twice", { loss: (s) => ({ labeled: labeledLoss(s) }) });
  const wide = method("wide", { loss: (s) => ({ wide: s.prior }) });
  const rows: [RegExp, ...[Plugin, ...Plugin[]]][] = [
    [/Two loss terms are called 'labeled', one of twice/, base(), twice],
    [
      /slot 'loss' of the method 'wide' failed: the term 'wide' is f32\[3\], not one number/,
      base(),
      wide,
    ],
    [/'plain' has no loss: a base must return a term/, base({ loss: () => ({}) })],
    [
      /There is no head 'tail': declare it in needs; the network has main/,
      base({ loss: (s) => ({ x: mean(s.student.labeled[0]!.logits("tail")) }) }),
    ],
    [
      /'plain' uses the averaged network but asked for no pass of it/,
      base({ loss: (s) => ({ x: mean(s.average.weak[0]!.logits()) }) }),
    ],
    [
      /No plugin returned the late input 'mix'/,
      base({ loss: (s) => ({ x: mean(s.late("mix").logits()) }) }),
    ],
    [
      /'plain' uses the stream 'tail' but did not declare it/,
      base({ loss: (s) => ({ x: mean(s.stream("tail").out.logits()) }) }),
    ],
    [
      /'plain' uses pseudo-labels but no method asked for a weak view/,
      base({
        needs: () => ({ views: { labeled: ["weak"] } }),
        loss: (_, t) => ({ x: mean(t.probs) }),
      }),
    ],
  ];
  for (const [says, ...plugins] of rows) {
    const trainer = await trainerOf(...plugins);
    assert.throws(() => trainer.step(), says);
    assert.equal(device.tape, null); // and the next one can begin
  }
});

Deno.test("Trainer.drain() refuses losses that are no numbers, naming one and the step", async () => {
  const broken = base({ loss: (s) => ({ labeled: mul(labeledLoss(s), NaN) }) });
  const trainer = await trainerOf(broken);
  await runSteps(trainer, 2);
  await assert.rejects(
    trainer.drain(),
    /The loss 'labeled' is NaN by step 2: the run diverged; start again with a lower/,
  );
});

Deno.test("Trainer.step() names the plugin whose slot returns something else than it should", async () => {
  const wrong: [Record<string, unknown>, RegExp][] = [
    [
      { mask: () => undefined },
      /'mask' .* 'bad' failed: it returned undefined, .* for each sample/,
    ],
    [{ mask: (s: Step) => s.prior }, /'mask' .* 'bad' failed: .*\[3\], and must return a number/],
    [{ weights: () => 1 }, /^The slot 'weights' .* 'bad' failed: it returned 1, and must return/],
    [{ pseudoLabel: () => ({ form: "hard" }) }, /'pseudoLabel' .* 'bad' failed: .*probs and form/],
    [{ mask: () => Promise.resolve() }, /'mask' .* 'bad' failed: it returned a promise/],
  ];
  for (const [slots, message] of wrong) {
    const weighs: Slots = { loss: (s) => ({ weights: mean(s.weights("labeled")) }) };
    const bad = method("bad", { ...weighs, ...slots });
    const trainer = await trainerOf(base(), bad);
    await assert.rejects(runSteps(trainer, 1), { name: "SlotFailed", message });
  }
});

Deno.test("Trainer.step() refuses state that was not declared", async () => {
  const state = () => ({ seen: { shape: [3] } });
  const slots: Slots[] = [
    { state, mask: (s, _, m) => mul(m, (s.state as State<StateSpecs>)["sen"]!) },
    { state, priorUpdate: (s) => void ((s.state as State<StateSpecs>)["sen"] = s.prior) },
  ];
  for (const wrong of slots) {
    const trainer = await trainerOf(base(), method("bad", wrong));
    await assert.rejects(runSteps(trainer, 1), {
      name: "SlotFailed",
      message:
        /^The slot '.*' of the method 'bad' failed: 'bad' uses the state 'sen' but did not declare it; it has seen$/,
    });
  }
});

Deno.test("refine and refineMask go to the other plugins, told whose head they are asked for", async () => {
  const heard: string[] = [];
  const asks = method("asks", {
    needs: () => ({ heads: { side: { classes: 3 } } }),
    refine: () => assert.fail("a plugin is not asked for its own head"),
    loss(s) {
      const t = s.refine({ probs: s.student.weak[0]!.logits("side"), form: "soft" }, "side");
      s.log("form", t.form === "hard" ? mean(t.probs) : assert.fail("nobody refined"));
      s.log("mask", mean(s.refineMask(t, s.weights("unlabeled"), "side")));
      return {};
    },
  });
  const answers = method("answers", {
    refine(_, t, head) {
      heard.push(`refine ${head}`);
      return { ...t, form: "hard" };
    },
    refineMask(_, t, m, head) {
      heard.push(`refineMask ${head} ${t.form}`);
      return mul(m, 0.5);
    },
  });
  const trainer = await trainerOf(base(), asks, answers);
  await runSteps(trainer, 1);
  assert.deepEqual(heard, ["refine side", "refineMask side hard"]);
  assert.equal((await trainer.drain()).values["asks/mask"], 0.5);
});

Deno.test("Host.write() makes integer tensors too, and Host.device is the run's", async () => {
  let asked = 0;
  const trainer = await trainerOf(
    base(),
    method("writes", {
      async setup(h) {
        const labels = h.write([2, 1, 0], [3], "i32");
        assert.equal(labels.dtype, "i32");
        assert.equal(h.device, device);
        assert.deepEqual([...await h.device.read(labels)], [2, 1, 0]);
        asked++;
      },
    }),
  );
  assert.equal(asked, 1);
  assert.equal(trainer.done, 0);
});

Deno.test("imageGradient() is by the images alone: weights and statistics stay as they were", async () => {
  const linear: Model = {
    name: "linear",
    build: (b, { classes, size }) => ({
      features: 3 * size * size,
      forward: (x) => reshape(x, [x.shape[0]!, 3 * size * size]),
      heads: { main: b.linear("fc", 3 * size * size, classes) },
    }),
  };
  let found: Tensor | undefined;
  const asking = base({
    inputs(s) {
      const second = (out: Output) => sum(slice(out.logits(), { axis: 1, start: 1, end: 2 }));
      found = device.keep(() => s.imageGradient(s.batch.unlabeled.weak[0]!, second));
      return {};
    },
  });
  const simple = await tinyTrainer(device, { stack: compose(asking), model: linear });
  const weight = await device.read(simple.network.student.parameters[0]!);
  simple.step();
  const [images, ...image] = found!.shape, row = weight.length / 3;
  assert.deepEqual([images, ...image], [8, 8, 8, 3]);
  const wanted = [...weight.subarray(row, 2 * row)];
  assert.deepEqual([...(await device.read(found!)).subarray(row, 2 * row)], wanted);

  const after = async (first: Plugin) => {
    const trainer = await trainerOf(first), { student } = trainer.network;
    await runSteps(trainer, 2);
    const read = await device.readAll([...student.parameters, ...student.buffers]);
    return read.map((values) => [...values]);
  };
  assert.deepEqual(await after(asking), await after(base()));
});
