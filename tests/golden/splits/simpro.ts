import { indicesByClass } from "../../../datasets/split/label_pool.ts";
import { acr, acrShape } from "../../../datasets/split/protocols/acr.ts";
import {
  fractionOfTail,
  rankedShareSplit,
  simproShape,
  simproUnlabeledCounts,
} from "../../../datasets/split/protocols/simpro.ts";
import { balancedSubset, takePerClass } from "../../../datasets/split/selection/take_per_class.ts";
import { naturalShare } from "../../../datasets/split/selection/rank_classes.ts";
import { twoStepCounts } from "../../../datasets/split/selection/published_counts.ts";
import { labeledInUnlabeled } from "../../../datasets/split/split.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkCounts, checkVectors, optionsFor, poolWith } from "./check_case.ts";
import { labelsOf } from "./labels.ts";

/** Runs the groups `splits_simpro` and `splits_acr`, whose protocols differ in one flag. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { params } = c, isAcr = c.group === "splits_acr";
  if (params.columns === "head, gamma") {
    checkCounts(c, check, ([max = NaN, gamma = NaN]) => twoStepCounts(params.C, { max, gamma }));
  } else if (params.settings) checkUnlabeledCounts(c, check, isAcr);
  else if (params.train_labels) await checkNatural(c, check);
  else if (params.fraction) await checkFraction(c, check);
  else if (params.per_class) {
    const labels = labelsOf(c);
    const test = balancedSubset(labels, {
      classes: params.C,
      perClass: params.per_class,
      seed: params.seed,
    });
    await checkVectors(c, check, { vectors: { test }, labels });
  } else await checkTaken(c, check, isAcr);
}

function checkUnlabeledCounts(c: GoldenCase, check: Check, isAcr: boolean): void {
  const pool = poolWith([], { classes: c.params.C });
  const dagger = c.name.startsWith("acr_d");
  checkCounts(c, check, ([max = NaN, gamma = NaN, flag = NaN, seed = 0]) =>
    simproUnlabeledCounts(
      c.params.C,
      optionsFor(pool, {
        unlabeledMax: max,
        gammaUnlabeled: gamma,
        unlabeled: isAcr ? acrShape(flag, dagger) : simproShape(flag),
        seed,
      }),
    ) ?? []);
}

async function checkTaken(c: GoldenCase, check: Check, overlap: boolean): Promise<void> {
  const labels = labelsOf(c);
  const { labeled, unlabeled } = takePerClass(indicesByClass(labels, c.params.C), {
    labeled: c.params.N,
    unlabeled: c.params.M ?? [],
    overlap,
  });
  const known = labeledInUnlabeled({
    labeled: Int32Array.from(labeled),
    unlabeled: Int32Array.from(unlabeled),
  });
  const flags = unlabeled.map((image, i) => known[i] ? -2 : labels[image]!); // image has a label
  await checkVectors(c, check, {
    vectors: { labelled: labeled, unlabelled: unlabeled, flags },
    labels,
  });
}

async function checkFraction(c: GoldenCase, check: Check): Promise<void> {
  const { C: classes, H: max, gamma, fraction } = c.params;
  const labels = labelsOf(c);
  const counts = fractionOfTail(classes, { max, gamma, fraction });
  const taken = takePerClass(indicesByClass(labels, classes), counts);
  await checkVectors(c, check, {
    vectors: {
      total: counts.total,
      counts_l: counts.labeled,
      counts_u: counts.unlabeled,
      labelled: taken.labeled,
      unlabelled: taken.unlabeled,
    },
    labels,
  });
}

/** Small-ImageNet-127: labels by share, classes ranked anew. */
async function checkNatural(c: GoldenCase, check: Check): Promise<void> {
  const labels = labelsOf(c, { param: "train_labels" }),
    testLabels = labelsOf(c, { param: "test_labels" });
  const pool = poolWith(labels, { classes: c.params.C, testLabels });
  const options = optionsFor(pool, { labeledShare: 0.1, seed: c.params.seed ?? 0 });
  const split = c.has("test_targets")
    ? acr.split(pool, { ...options, includeLabeled: true })
    : rankedShareSplit(pool, { protocol: "fixture", options, testPerClass: 50 });
  const known = labeledInUnlabeled(split);
  const renamed = (label: number | undefined) => split.relabel?.[label ?? -1] ?? NaN;
  await checkVectors(c, check, {
    vectors: {
      labelled: split.labeled,
      unlabelled: split.unlabeled,
      test: split.test,
      new_label: split.relabel ?? [],
      new_test_labels: [...split.test].map((i) => renamed(testLabels[i])),
      counts_l: split.counts.labeled,
      counts_u: split.counts.unlabeled ?? [],
      counts_t: split.counts.test,
      // ACR's own prior was in this order; ours is counts_l.
      counts_l_original_order: naturalShare(pool, 0.1).counts,
      labelled_targets: [...split.labeled].map((i) => renamed(labels[i])),
      unlabelled_targets: [...split.unlabeled].map((i, at) => known[at] ? -2 : renamed(labels[i])),
      test_targets: [...split.test].map((i) => renamed(testLabels[i])),
    },
    labels,
    testLabels,
    given: ["train_class_sizes"],
  });
}
