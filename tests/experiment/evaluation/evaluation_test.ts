import assert from "node:assert/strict";
import { BadInput } from "../../../core/bad_input.ts";
import { scoreLogits } from "../../../core/training/metrics/evaluation.ts";
import { predictionTable } from "../../../experiment/evaluation/prediction_table.ts";
import { shiftedScores } from "../../../experiment/evaluation/shifted_scores.ts";
import { adjustToPrior, parsePrior } from "../../../experiment/evaluation/test_prior.ts";

/** Twenty images of each of two classes; the network takes the last two of class 1 for class 0. */
const labels = Array.from({ length: 40 }, (_, i) => i % 2);
const logits = labels.flatMap((y, i) => (y === 0 || i >= 36 ? [1, 0] : [0, 1]));
const given = { logits, labels, classes: 2, trainCounts: [100, 1] };

Deno.test("shiftedScores() scores the sets of a family, uniform among them", () => {
  for (const [shift, sets] of [["cossl", 20], ["balpoe", 11]] as const) {
    const { rows } = shiftedScores(shift, given);
    assert.equal(rows.length, sets);
    const uniform = rows.find(({ name }) => name === "uniform")!; // each has one
    assert.equal(uniform.top1, scoreLogits(given).top1);
    const forward = rows.find(({ name }) => name === "forward2")!; // likewise
    assert.deepEqual([forward.gamma, forward.images], [2, 30]);
    assert.ok(forward.top1 >= rows.find(({ name }) => name === "backward2")!.top1);
  }
  // CoSSL's sets are the first images of each class, which are all recognised.
  assert.equal(shiftedScores("cossl", given).rows.find(({ name }) => name === "forward2")!.top1, 1);
});

Deno.test("shiftedScores() adjusts each set to its own shares where asked to", () => {
  const unsure = { ...given, logits: labels.flatMap(() => [0, 0]) };
  const plain = shiftedScores("balpoe", unsure);
  const known = shiftedScores("balpoe", { ...unsure, adjust: true });
  plain.rows.forEach(({ name, loss, gamma }, i) => {
    const own = known.rows[i]!.loss; // the same sets
    if (gamma === 1) assert.ok(Math.abs(own - loss) < 1e-12);
    else assert.ok(own < loss, name);
  });
});

Deno.test("shiftedScores() refuses unknown families and test sets that lack a class", () => {
  assert.throws(() => shiftedScores("cosl", given), /shift 'cosl'.*cossl/);
  assert.throws(
    () => shiftedScores("cossl", { ...given, labels: labels.map(() => 0) }),
    (e) => e instanceof BadInput && /have 1 of 2 classes/.test(e.message),
  );
});

Deno.test("adjustToPrior() adds log shares, whatever their scale", () => {
  const want = [0 + Math.log(0.25), 1 + Math.log(0.75)];
  assert.deepEqual([...adjustToPrior([0, 1], [1, 3])], want);
  assert.deepEqual([...adjustToPrior([0, 1], [2, 6])], want);
  assert.throws(() => adjustToPrior([0, 1], [1, 0]), /class 1 has the share 0/);
});

Deno.test("parsePrior() reads lists and maps, and refuses what does not fit the classes", () => {
  const names = ["ant", "café"];
  assert.deepEqual(parsePrior("[1, 3]", names, "x"), [1, 3]);
  assert.deepEqual(parsePrior("cafe\u0301: 3\nant: 1\n", names, "x"), [1, 3]);
  assert.deepEqual(parsePrior('{"ant": 0.5, "café": 0.5}', names, "x"), [0.5, 0.5]);
  const refused = (text: string, says: RegExp) =>
    assert.throws(
      () => parsePrior(text, names, "x"),
      (e) => e instanceof BadInput && says.test(e.message),
    );
  refused("[1]", /lists 1 shares, the run has 2 classes/);
  refused("[1, 0]", /'café' the share 0: give a positive number/);
  refused("ant: 1", /no share of the class 'café'/);
  refused("ant: 1\ncafé: 1\nbee: 1", /a class 'bee' that the run does not know/);
  refused("3", /neither a list .* nor a map/);
  refused("{", /is not YAML/);
});

Deno.test("predictionTable() holds what every score follows from", () => {
  const text = predictionTable({
    indices: [5, 9],
    logits: [0, Math.log(3), 9, 0],
    labels: [1, 1],
    classes: 2,
  });
  const [head, first, second] = text.trim().split("\n");
  assert.equal(head, "index,label,predicted,confidence,p0,p1");
  assert.deepEqual(first!.split(",").map((x) => Number(Number(x).toFixed(6))), [
    5,
    1,
    1,
    0.75,
    0.25,
    0.75,
  ]);
  assert.match(second!, /^9,1,0,0\.999/);
});
