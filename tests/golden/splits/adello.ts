import {
  adello,
  adelloCounts,
  adelloFolders,
  adelloSelect,
} from "../../../datasets/split/protocols/adello.ts";
import { naturalShare } from "../../../datasets/split/selection/rank_classes.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkCounts, checkVectors, optionsFor, poolWith } from "./check_case.ts";
import { labelsOf, repeatLabels } from "./labels.ts";

/** Runs the group `splits_adello`: the protocol of USB and ADELLO. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { params } = c;
  if (params.settings) {
    checkCounts(c, check, ([max = NaN, gamma = NaN]) => adelloCounts(params.C, { max, gamma }));
  } else if (params.class_sizes) await checkFolders(c, check);
  else if (c.has("counts_l")) await checkNatural(c, check);
  else await checkSelected(c, check);
}

async function checkSelected(c: GoldenCase, check: Check): Promise<void> {
  const { C: classes, seed, num_labels, lb_imb_ratio, ulb_num_labels, ulb_imb_ratio } = c.params;
  const labels = labelsOf(c), includeLabeled = c.params.include_lb_to_ulb ?? true;
  const { order, labeled, unlabeled } = adelloSelect(labels, {
    classes,
    seed,
    labeled: adelloCounts(classes, { max: num_labels, gamma: lb_imb_ratio }),
    unlabeled: ulb_num_labels === null
      ? null
      : adelloCounts(classes, { max: ulb_num_labels, gamma: ulb_imb_ratio }),
    includeLabeled,
    shuffleFirst: c.has("shuffled"),
  });
  await checkVectors(c, check, {
    vectors: {
      labelled: labeled,
      unlabelled: unlabeled,
      shuffled: order,
      labelled_in_unlabelled: [includeLabeled ? labeled.length : 0],
    },
    labels,
  });
}

async function checkNatural(c: GoldenCase, check: Check): Promise<void> {
  const { C: classes, n, num_labels, include_lb_to_ulb: includeLabeled } = c.params;
  const labels = labelsOf(c), pool = poolWith(labels, { classes });
  const share = num_labels / n;
  const split = adello.split(pool, optionsFor(pool, { labeledShare: share, includeLabeled }));
  await checkVectors(c, check, {
    vectors: {
      counts_l: naturalShare(pool, share).counts,
      labelled: split.labeled,
      unlabelled: split.unlabeled,
    },
    labels,
  });
}

async function checkFolders(c: GoldenCase, check: Check): Promise<void> {
  const sizes: readonly number[] = c.params.class_sizes;
  const share = c.params.num_labels / sizes.reduce((a, b) => a + b, 0);
  const chosen = (includeLabeled: boolean) =>
    adelloFolders(sizes, { share, seed: c.params.seed, includeLabeled });
  const classOf = (folders: readonly number[][]) =>
    repeatLabels(folders.map((files) => files.length));
  const inc = chosen(true), exc = chosen(false);
  await checkVectors(c, check, {
    vectors: {
      labelled: inc.labeled.flat(),
      labelled_class: classOf(inc.labeled),
      unlabelled_inc: inc.unlabeled.flat(),
      unlabelled_class_inc: classOf(inc.unlabeled),
      unlabelled_exc: exc.unlabeled.flat(),
      unlabelled_class_exc: classOf(exc.unlabeled),
    },
  });
}
