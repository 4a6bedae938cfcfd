import {
  balpoeShiftedTest,
  cosslShiftedTest,
  type ShiftedTest,
} from "../../../datasets/split/shifted_test.ts";
import { confusionMatrix } from "../../../core/training/metrics/confusion.ts";
import { summarizeEvaluation } from "../../../core/training/metrics/evaluation.ts";
import { logLabelPrior } from "../../../core/training/metrics/logit_rows.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkIndices, sha256 } from "../splits/index_vector.ts";
import { labelsOf } from "../splits/labels.ts";
import type { GoldenRunner } from "../runner.ts";

const TOLERANCE = { relative: 1e-6, absolute: 0, elementwise: true } as const;

/** Checks `metrics_shift`: CoSSL's cases list gammas, BalPoE's have one factor each. */
export const run: GoldenRunner = async (c, check) => {
  const labels = labelsOf(c, { images: c.tensor("predictions").data.length });
  if ("gammas" in c.params) await cossl(c, check, labels);
  else await balpoe(c, check, labels);
};

async function cossl(c: GoldenCase, check: Check, labels: Int32Array): Promise<void> {
  const { C: classes, max, gammas } = c.params as { C: number; max: number; gammas: number[] };
  const sets = gammas.map((gamma) => cosslShiftedTest(labels, { classes, gamma, max }));
  const hashes = await Promise.all(sets.map(({ indices }) => sha256(indices)));
  check.equal("counts", sets.flatMap(({ counts }) => counts), c.tensor("counts"));
  check.equal("sizes", sets.map(({ indices }) => indices.length), c.tensor("sizes"));
  const empty = ({ counts }: ShiftedTest) => counts.filter((count) => count === 0).length;
  check.equal("empty_classes", sets.map(empty), c.tensor("empty_classes"));
  check.equal("sha256", hashes, c.scalar("sha256"));
  const accuracies = sets.map((set) => accuracy(c, labels, set));
  check.close("micro_accuracy", accuracies, c.scalar("micro_accuracy"), TOLERANCE);
  // One of the lists is there in part too; its hash says which.
  const shown = sets[(c.scalar("sha256") as string[]).indexOf(c.scalar("indices/sha256"))];
  if (shown) await checkIndices(c, check, { name: "indices", got: shown.indices });
  else check.fail("indices", "no shape has this hash");
}

async function balpoe(c: GoldenCase, check: Check, labels: Int32Array): Promise<void> {
  const { C: classes, imb_factor: factor, reverse: reversed } = c.params as {
    C: number;
    imb_factor: number;
    reverse: boolean;
  };
  const set = balpoeShiftedTest(labels, { classes, factor, reversed });
  check.equal("counts", set.counts, c.tensor("counts"));
  await checkIndices(c, check, { name: "indices", got: set.indices });
  check.close("test_log_prior", logLabelPrior(set.counts), c.tensor("test_log_prior"), TOLERANCE);
  const got = accuracy(c, labels, set);
  check.close("micro_accuracy", got, c.scalar("micro_accuracy"), TOLERANCE);
}

function accuracy(c: GoldenCase, labels: Int32Array, { counts, indices }: ShiftedTest): number {
  const classes = c.params.C as number;
  const predictions = c.tensor("predictions").data;
  const at = (list: ArrayLike<number>) => Array.from(indices, (i) => list[i] ?? -1);
  const confusion = confusionMatrix(at(labels), at(predictions), { classes });
  return summarizeEvaluation({ confusion, classes, top5Correct: 0, trainCounts: counts }).top1;
}
