import assert from "node:assert/strict";
import type { ReportedEvaluation } from "../../../experiment/network/network_words.ts";
import { groupLines, nextLines, tailLines } from "../../../experiment/report/score_words.ts";

/** Lines with plain spaces in place of no-break ones. */
const plain = (lines: readonly string[]) => lines.map((line) => line.replaceAll("\u00a0", " "));

const SCORES = { many: 0.931, medium: 0.702, few: null };

Deno.test("groupLines() says how many classes of how many labeled images make a group", () => {
  assert.deepEqual(plain(groupLines(SCORES, [15, 8, 3, 2, 1, 1])), [
    "recall (thirds of the classes, by labeled images)",
    "  many      93.1 %   2 classes of 8 to 15 labeled images",
    "  medium    70.2 %   2 classes of 2 to 3 labeled images",
    "  few            –   2 classes of 1 labeled image",
  ]);
  // Two classes have no thirds.
  assert.deepEqual(plain(groupLines(SCORES, [9, 4])).slice(1), [
    "  medium    70.2 %   2 classes of 4 to 9 labeled images",
  ]);
});

Deno.test("groupLines() goes by counts from a thousand classes on", () => {
  const labeled = Array.from({ length: 1000 }, (_, c) => c < 100 ? 500 : c < 400 ? 50 : 5);
  assert.deepEqual(plain(groupLines(SCORES, labeled)), [
    "recall (classes of more than 100, of 20 to 100, of fewer than 20 labeled images)",
    "  many      93.1 %   100 classes of 500 labeled images",
    "  medium    70.2 %   300 classes of 50 labeled images",
    "  few            –   600 classes of 5 labeled images",
  ]);
});

Deno.test("tailLines() names the worst classes and how good pseudo-labels were", () => {
  const evaluation = { ...SCORES, perClassRecall: [0.9, 0.2, null, 0.4] };
  const pseudoLabels = {
    maskRate: 0.61,
    accuracy: 0.831,
    usedAccuracy: 0.952,
    precision: [0.9, 0.7, null, null],
    recall: [1, 1, 1, 1],
  };
  const run = {
    evaluation: evaluation as unknown as ReportedEvaluation, // as much of one as is looked at
    pseudoLabels,
    classNames: ["ant", "bee", "cat", "dog"],
    labeled: [40, 20, 8, 3],
  };
  assert.deepEqual(plain(tailLines(run)).slice(-2), [
    "worst classes  bee 20.0 % (20 labeled), dog 40.0 % (3 labeled), ant 90.0 % (40 labeled)",
    "pseudo-labels  83.1 % right; 61.0 % were learned, 95.2 % of these right; precision: many 90.0 %, medium 70.0 %, few –",
  ]);
  const none = { ...run, pseudoLabels: { ...pseudoLabels, usedAccuracy: null } };
  assert.match(plain(tailLines(none)).at(-1)!, /83\.1 % right; none was learned; precision/);
  assert.deepEqual(tailLines({ ...run, evaluation: null, pseudoLabels: null }), []);
});

Deno.test("nextLines() has commands for a shell, and the baseline to hold a run against", () => {
  const of = (algorithm: string) =>
    nextLines("runs/a b", algorithm).find((line) => line.includes(" train "));
  assert.match(of("fixmatch+daso+abc")!, /what daso\+abc adds .* --algorithm fixmatch$/);
  assert.match(
    of("fixmatch")!,
    /labels alone .* --config 'runs\/a b\/config\.yaml' .* supervised$/,
  );
  assert.match(of("supervised")!, /what unlabeled images add .* --algorithm fixmatch$/);
  assert.match(nextLines("runs/a", "fixmatch")[1]!, /deno task evaluate runs\/a$/);
});
