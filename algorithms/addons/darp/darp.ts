import {
  type Algorithm,
  type DataInfo,
  defineAlgorithm,
  gather,
  scatterRows,
} from "../../../core/mod.ts";
import { noneOf, notPositive, notWhole } from "../../shared/option_checks.ts";
import { dasoAddon } from "../../recipes/daso_methods.ts";
import { refineLabels } from "./refine_labels.ts";

/** Options of {@linkcode darp}. */
export interface DarpOptions {
  /** Share of the run before labels are refined. */
  warmup: number;
  /** Steps between two refinements. */
  period: number;
  /** How many times a class's target count takes part: α in the paper. */
  alpha: number;
  /** Repetitions of the projection's outer loop. */
  rounds: number;
  /** Class counts of the unlabeled images, in any scale; none stands for the labeled ones. */
  counts: readonly number[];
  /** Which labels the base's mask looks at: `refined` ones, or `raw` ones as in USB's code. */
  mask: "refined" | "raw";
}

const DEFAULTS: DarpOptions = {
  warmup: 0.4,
  period: 10,
  alpha: 2,
  rounds: 10,
  counts: [],
  mask: "refined",
};

/**
 * DARP (Kim et al., "Distribution aligning refinery of pseudo-label for imbalanced semi-supervised
 * learning", NeurIPS 2020): raw soft pseudo-labels of all unlabeled images are kept, and now and then
 * refined so that they meet the class counts (algorithm 1); the base then learns from the refined.
 *
 * Follows DASO's code, which hands it the true counts where labeled and unlabeled images are
 * distributed alike (here: the labeled distribution) and otherwise estimates (`counts`; those that
 * come with it are the default for their splits of CIFAR-10 and STL-10). Not kept:
 * uniform labels between the end of the warm-up and the first refinement. In USB's code masks look at
 * the labels before they are refined (`mask`: `raw`).
 *
 * @example With estimated class counts
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { darp, remixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(remixmatch(), darp({ counts: [1339, 2019, 497] }));
 * assert.equal(name, "remixmatch+darp");
 * ```
 */
export const darp: Algorithm<DarpOptions> = defineAlgorithm({
  name: "darp",
  kind: "addon",
  paper: "Kim et al., NeurIPS 2020",
  requires: ["pseudo-labels"],
  defaults: DEFAULTS,
  docs: {
    warmup: "Share of the run before labels are refined.",
    period: "Steps between two refinements.",
    alpha: "How many times a class's target count takes part: α in the paper.",
    rounds: "Repetitions of the projection's outer loop.",
    counts: "Class counts of the unlabeled images, in any scale; none stands for the labeled ones.",
    mask: "Which labels the base's mask looks at: `refined` ones, or `raw` ones as in USB's code.",
  },
  formulas: {
    pseudoLabel:
      "raw(u) ← q; t ≥ warmup · S: q ← X(u); from then on X is made anew every period steps; where X_uk ∝ r_uk exp(−h_u ν_k) with ν such that Σ_u X_uk = c_k, Σ_k X_uk = 1; where r is raw, of each class the alpha · c_k surest, weighed to sum c_k; where c ∝ N, Σ c = number of u, h_u = entropy of r_u scaled to sum 1",
  },
  starts: ({ warmup }, { steps }) => [
    { does: "refines pseudo-labels", after: Math.trunc(warmup * steps), by: "darp.warmup" },
  ],
  smoke: { "darp.period": 5 },
  check: ({ period, alpha, counts, mask }) =>
    notWhole({ period }) ?? notPositive({ alpha }) ?? noneOf("mask", mask, ["refined", "raw"]) ??
      (counts.every((n) => n > 0) ? null : `counts is [${counts}]: give numbers above 0`),
  fits: ({ counts }, { classes }) =>
    counts.length === 0 || counts.length === classes
      ? null
      : `counts are ${counts.length} numbers, but there are ${classes} classes: give one for each`,
  recipe: dasoAddon("darp"),
  state: (_, { unlabeled, classes }) => ({
    raw: { shape: [unlabeled, classes], init: "uniform" },
    refined: { shape: [unlabeled, classes], init: "uniform" },
  }),
  pseudoLabel(s, t) {
    const { index } = s.batch.unlabeled, { period, alpha, rounds, warmup } = s.config;
    s.state.raw = scatterRows(s.state.raw, index, t.probs);
    const active = s.progress.step + 1 - Math.trunc(warmup * s.progress.steps);
    if (active < 1) return t;
    if (active === 1 || (s.progress.step + 1) % period === 0) {
      const target = targetCounts(s.config, s.data);
      s.state.refined = refineLabels(s.state.raw, { target, alpha, rounds });
    }
    const judged = s.config.mask === "raw" ? { judged: t.probs } : {};
    return { ...t, probs: gather(s.state.refined, index), ...judged };
  },
});

/** Unlabeled images of each class that labels are to meet; they add up to all. */
export function targetCounts(
  { counts }: Pick<DarpOptions, "counts">,
  data: Pick<DataInfo, "counts" | "unlabeled">,
): number[] {
  const wanted = counts.length > 0 ? counts : data.counts;
  const total = wanted.reduce((a, b) => a + b, 0);
  return wanted.map((n) => n * data.unlabeled / total);
}
