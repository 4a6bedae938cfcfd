import {
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  type Step,
  type Tensor,
} from "../../core/mod.ts";
import { negative } from "../shared/option_checks.ts";
import { dasoAddon } from "../recipes/daso_methods.ts";

/** Options of {@linkcode crt}. */
export interface CrtOptions {
  /** Share of the run that the classifier is trained again in; 1 where the network is another run's. */
  share: number;
  /** β of the class-balanced sampling of labeled images; 1 samples all classes alike. */
  beta: number;
}

/**
 * cRT (Kang et al., "Decoupling representation and classifier for long-tailed recognition", ICLR
 * 2020, section 4.1): once the base has trained the network, its body is frozen and a fresh
 * classifier learns from class-balanced labeled images alone. The classifier is evaluated, of the
 * trained network, not of its average; before the last phase it is untrained.
 *
 * Follows DASO's paper, which samples by the effective number of labeled images and trains 100,000
 * steps after the base's 250,000, with the schedule scaled to them. Its code loads a finished run, as
 * `from` does here; without it both are phases of one. Batch norm takes batch statistics, as there.
 *
 * @example Half of the run for the classifier
 * ```ts
 * import { compose } from "@longtail/longtail/core";
 * import { crt, supervised } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * const { name } = compose(supervised(), crt({ share: 0.5 }));
 * assert.equal(name, "supervised+crt");
 * ```
 */
export const crt: Algorithm<CrtOptions> = defineAlgorithm({
  name: "crt",
  kind: "addon",
  paper: "Kang et al., ICLR 2020",
  requires: ["main-head"], // the new classifier is what has to be evaluated
  defaults: { share: 2 / 7, beta: 0.999 },
  docs: {
    share:
      "Share of the run that the classifier is trained again in; 1 where the network is another run's.",
    beta: "β of the class-balanced sampling of labeled images; 1 samples all classes alike.",
  },
  formulas: {
    phase: "the first takes (1 − share) S steps, the second share · S",
    loss:
      "second phase: classifier = mean H(y, z_crt(α(x))); where labeled images of class k are drawn by (1 − β) ÷ (1 − β^N_k) each",
    terms: "second phase: classifier alone",
  },
  smoke: { "crt.share": 0.5 },
  check: ({ share, beta }) =>
    share > 0 && share <= 1
      ? negative({ beta })
      : `share is ${share}: give a number above 0, at most 1`,
  recipe: dasoAddon("crt"),
  needs: ({ beta }, { classes }) => ({
    heads: { crt: { classes, detach: true } },
    streams: {
      balanced: {
        from: "labeled",
        view: "weak",
        sampler: "effective-number",
        beta,
        net: "student",
        norm: "frozen",
      },
    },
    evalHead: "crt",
    evalNetwork: "student",
  }),
  phase({ horizon, config }, index) {
    if (config.share === 1) return null;
    const last = Math.max(1, Math.round(config.share * horizon));
    return index === 0
      ? { steps: Math.max(1, horizon - last) }
      : index === 1
      ? { steps: last }
      : null;
  },
  loss(s): Record<string, Tensor> {
    if (!trainsAgain(s)) return {};
    const { out, y } = s.stream("balanced");
    return { classifier: crossEntropy(out.logits("crt"), y) };
  },
  terms(s, terms) {
    const { classifier } = terms;
    return trainsAgain(s) && classifier ? { classifier } : terms;
  },
});

/** Whether a step is of the classifier's part. */
function trainsAgain({ progress, config }: Pick<Step<CrtOptions>, "progress" | "config">): boolean {
  return config.share === 1 || Boolean(progress.phase);
}
