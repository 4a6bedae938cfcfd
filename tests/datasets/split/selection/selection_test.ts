import assert from "node:assert/strict";
import {
  balancedSubset,
  takePerClass,
} from "../../../../datasets/split/selection/take_per_class.ts";
import { groupByClass, holdOut } from "../../../../datasets/split/selection/hold_out.ts";
import {
  oneStepCounts,
  twoStepCounts,
} from "../../../../datasets/split/selection/published_counts.ts";
import { rankClasses } from "../../../../datasets/split/selection/rank_classes.ts";

Deno.test("twoStepCounts() and oneStepCounts() survive a single class", () => {
  assert.deepEqual(twoStepCounts(1, { max: 9, gamma: 4 }), [9]);
  assert.deepEqual(oneStepCounts(1, { max: 9, ratio: 0.25 }), [9]);
});

Deno.test("twoStepCounts() and oneStepCounts() differ where rounding does", () => {
  const one = oneStepCounts(100, { max: 100, ratio: 1 / 512 });
  const two = twoStepCounts(100, { max: 100, gamma: 512 });
  const different = one.flatMap((n, c) => n === two[c] ? [] : [c]);
  assert.deepEqual(different, [11, 22]);
});

Deno.test("holdOut() splits each class, and both parts make the whole", () => {
  const labels = [0, 1, 0, 1, 0, 1, 0], list = [6, 4, 5, 3, 2, 1];
  const { kept, held } = holdOut(list, { labels, classes: 2, holdout: 0.5 });
  assert.deepEqual(held, [6, 5]);
  assert.deepEqual(kept, [4, 2, 3, 1]);
  assert.deepEqual(holdOut(list, { labels, classes: 2, holdout: 2 }).held, [6, 4, 5, 3]);
  assert.deepEqual(groupByClass(list, { labels, classes: 2 }), [[6, 4, 2], [5, 3, 1]]);
});

Deno.test("balancedSubset() has equally many images of each class, none twice", () => {
  const labels = Array.from({ length: 100 }, (_, i) => i % 10 < 7 ? 0 : 1);
  const chosen = balancedSubset(labels, { classes: 2, perClass: 20, seed: 4 });
  assert.equal(new Set(chosen).size, 40);
  assert.equal(chosen.filter((i) => labels[i] === 1).length, 20);
  assert.notDeepEqual(chosen, [...chosen].sort((a, b) => a - b));
});

Deno.test("rankClasses() keeps class order among equals", () => {
  const { order, ranks } = rankClasses([3, 5, 3, 5]);
  assert.deepEqual(order, [1, 3, 0, 2]);
  assert.deepEqual(order.map((original) => ranks[original]), [0, 1, 2, 3]);
});

Deno.test("takePerClass() takes what there is, and all that is left for null", () => {
  const byClass = [[0, 1, 2], [3]];
  const labeled = [1, 1];
  assert.deepEqual(takePerClass(byClass, { labeled, unlabeled: [9, 9] }).unlabeled, [1, 2]);
  assert.deepEqual(takePerClass(byClass, { labeled, unlabeled: null }).unlabeled, [1, 2]);
  assert.deepEqual(
    takePerClass(byClass, { labeled, unlabeled: [1, 0], overlap: true }).unlabeled,
    [0, 1, 3],
  );
});
