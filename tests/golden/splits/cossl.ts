import { cosslCounts, cosslSelect } from "../../../datasets/split/protocols/cossl.ts";
import { roundHalfEven } from "../../../core/round_half_even.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkCounts, checkVectors } from "./check_case.ts";
import { labelsOf } from "./labels.ts";

/** Runs the group `splits_cossl`. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { C: classes, seed, loader, N, M = [], percent, settings } = c.params;
  if (settings) {
    checkCounts(c, check, ([max = NaN, gamma = NaN]) => cosslCounts(classes, { max, gamma }));
  } else if (percent) {
    const sizes = [...c.ints("n")];
    await checkVectors(c, check, {
      vectors: {
        labelled: sizes.map((n) => roundHalfEven(n * percent)),
        labelled_1pct: sizes.map((n) => roundHalfEven(n * 0.01)),
      },
      given: ["n"],
    });
  } else {
    const labels = labelsOf(c);
    const taken = cosslSelect(labels, { classes, seed, labeled: N, unlabeled: M, loader });
    await checkVectors(c, check, {
      vectors: { labelled: taken.labeled, unlabelled: taken.unlabeled },
      labels,
    });
  }
}
