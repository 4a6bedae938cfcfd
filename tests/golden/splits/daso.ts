import { dasoSelect, type DasoSelected, dasoTail } from "../../../datasets/split/protocols/daso.ts";
import { sevalOrder } from "../../../datasets/split/protocols/seval.ts";
import { holdOut } from "../../../datasets/split/selection/hold_out.ts";
import { rankClasses } from "../../../datasets/split/selection/rank_classes.ts";
import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { checkCounts, checkVectors } from "./check_case.ts";
import { labelsOf } from "./labels.ts";

/** Runs the groups `splits_daso` and `splits_seval`. */
export async function run(c: GoldenCase, check: Check): Promise<void> {
  const { params } = c;
  if (params.settings) {
    checkCounts(c, check, ([head = NaN, gamma = NaN, reversed]) => {
      const tail = dasoTail(params.C, { head, gamma, reversed: Boolean(reversed) });
      return tail?.counts ?? new Array<number>(params.C).fill(head);
    });
  } else if (c.group === "splits_daso") await checkDaso(c, check);
  else if (params.labelled_head) await checkSeval(c, check);
  else if (params.per_class) await checkImageNet(c, check);
  else await checkAves(c, check);
}

function selected(c: GoldenCase, labels: ArrayLike<number>): DasoSelected {
  const { C: classes, seed, num_valid, labelled_head, unlabelled_head, gamma_l } = c.params;
  // SEVAL's cases hold no unlabeled tail: it does not touch the labeled list.
  const { gamma_u = 1, reversed = false } = c.params;
  return dasoSelect(labels, {
    classes,
    seed,
    valid: num_valid,
    labeledHead: labelled_head,
    unlabeledHead: unlabelled_head < 0 ? null : unlabelled_head,
    labeledTail: dasoTail(classes, { head: labelled_head, gamma: gamma_l }),
    unlabeledTail: dasoTail(classes, { head: unlabelled_head, gamma: gamma_u, reversed }),
  });
}

async function checkDaso(c: GoldenCase, check: Check): Promise<void> {
  const labels = labelsOf(c), chosen = selected(c, labels);
  const perClass = (list: readonly number[], part: string) =>
    holdOut(list, { labels, classes: c.params.C, holdout: firstOf(c, part) });
  await checkVectors(c, check, {
    vectors: {
      valid: chosen.valid,
      pool: chosen.pool,
      labelled_candidates: chosen.labeledCandidates,
      unlabelled_candidates: chosen.unlabeledCandidates,
      labelled: chosen.labeled,
      unlabelled: chosen.unlabeled,
      ...c.name.includes("darp") && {
        darp_train: perClass(chosen.labeled, "darp_train").kept,
        darp_valid: perClass(chosen.labeled, "darp_train").held,
        darp_valid_fallback: perClass(chosen.valid, "darp_valid_fallback").held,
      },
    },
    labels,
  });
}

/** The number in "the first 10 of each class", which a meaning states. */
function firstOf(c: GoldenCase, name: string): number {
  const { meaning } = c.tensor(`${name}/per_class`);
  return Number(/first (\d+) of each class/.exec(meaning)?.[1]);
}

async function checkSeval(c: GoldenCase, check: Check): Promise<void> {
  const labels = labelsOf(c), { labeled } = selected(c, labels);
  const { kept, held } = holdOut(labeled, {
    labels,
    classes: c.params.C,
    holdout: c.params.portion,
  });
  await checkVectors(c, check, {
    vectors: { labelled_before: labeled, train: kept, holdout: held },
    labels,
  });
}

async function checkAves(c: GoldenCase, check: Check): Promise<void> {
  const labels = labelsOf(c), { C: classes, portion: holdout, seed } = c.params;
  const list = Array.from(labels, (_, image) => image);
  const { kept, held } = holdOut(sevalOrder(list, { labels, classes, holdout, seed }), {
    labels,
    classes,
    holdout,
  });
  await checkVectors(c, check, {
    vectors: {
      train: kept,
      holdout: held,
      ...ranked("load/", list, { labels, classes }),
      ...ranked("estimate/", kept, { labels, classes }),
    },
    labels,
  });
}

async function checkImageNet(c: GoldenCase, check: Check): Promise<void> {
  const labels = labelsOf(c), { C: classes, per_class: holdout, seed } = c.params;
  const list = Array.from(labels, (_, image) => image);
  const { kept, held } = holdOut(sevalOrder(list, { labels, classes, holdout, seed }), {
    labels,
    classes,
    holdout,
  });
  await checkVectors(c, check, {
    vectors: { train: kept, holdout: held, ...ranked("", kept, { labels, classes }) },
    labels,
  });
}

/** Order of classes, their counts and the new labels of a list. */
function ranked(
  prefix: string,
  list: readonly number[],
  { labels, classes }: { readonly labels: ArrayLike<number>; readonly classes: number },
): Record<string, readonly number[]> {
  const counts = new Array<number>(classes).fill(0);
  for (const image of list) counts[labels[image]!]!++; // fixtures' labels are below `classes`
  const { order, ranks } = rankClasses(counts);
  return {
    [`${prefix}order`]: order,
    [`${prefix}counts`]: order.map((original) => counts[original]!), // a class
    [`${prefix}targets`]: list.map((image) => ranks[labels[image]!]!), // as above
  };
}
