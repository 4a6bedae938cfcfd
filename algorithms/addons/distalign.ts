import { type Algorithm, defineAlgorithm } from "../../core/mod.ts";
import {
  alignDistribution,
  alignmentState,
  bankMean,
  pushMean,
  temperedPrior,
} from "../shared/distribution_alignment.ts";
import { negative, notWhole } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode distalign}. */
export interface DistAlignOptions {
  /** Batches whose mean prediction is aligned. */
  batches: number;
  /** Power of the target: 1 is the labeled class distribution, 0 the uniform one. */
  exponent: number;
}

/**
 * Distribution alignment of pseudo-labels (Berthelot et al., "ReMixMatch: Semi-supervised learning
 * with distribution alignment and augmentation anchoring", ICLR 2020, section 3.2.1): predictions
 * are scaled so that their running mean meets the labeled class distribution.
 *
 * Follows DASO's code: the running mean is that of the last 128 batches with the current one, and
 * the target stays the initial labeled distribution, whatever labels are added later.
 *
 * @example Towards the uniform distribution
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { distalign, fixmatch } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { plugins } = compose(fixmatch(), distalign({ exponent: 0 }));
 * assert.deepEqual(plugins[1]?.config, { batches: 128, exponent: 0 });
 * ```
 */
export const distalign: Algorithm<DistAlignOptions> = defineAlgorithm({
  name: "distalign",
  kind: "addon",
  paper: "Berthelot et al., ICLR 2020",
  requires: ["pseudo-labels", "plain-guesses"],
  defaults: { batches: 128, exponent: 1 },
  docs: {
    batches: "Batches whose mean prediction is aligned.",
    exponent: "Power of the target: 1 is the labeled class distribution, 0 the uniform one.",
  },
  check: ({ batches, exponent }) => notWhole({ batches }) ?? negative({ exponent }),
  recipe: dasoAddon("distalign"),
  state: ({ batches }, { classes }) => alignmentState(batches, classes),
  pseudoLabel(s, t) {
    const { bank, held } = pushMean(s.state, t.probs);
    s.state.bank = bank;
    s.state.held = held;
    const target = temperedPrior(s.data.counts, s.config.exponent);
    const average = bankMean({ bank, held });
    return {
      ...t,
      probs: alignDistribution(t.probs, {
        target: t.probs.device.tensor(target, [s.data.classes]),
        average,
      }),
    };
  },
});
