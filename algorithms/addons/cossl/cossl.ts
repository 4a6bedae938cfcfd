import {
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  type Progress,
  type Step,
  type Tensor,
} from "../../../core/mod.ts";
import { checkCossl, COSSL_DEFAULTS, COSSL_DOCS, type CosslOptions } from "./options.ts";
import { startHead } from "./start.ts";
import { cosslMethod } from "../../recipes/cossl.ts";
import { blendChances, blendTail } from "./tail_blend.ts";

export type { CosslOptions };

/**
 * CoSSL (Fan et al., "CoSSL: Co-learning of representation and classifier for imbalanced
 * semi-supervised learning", CVPR 2022). After a share of the run, pseudo-labels come from a balanced
 * head on the averaged network's features (section 4.3); the head learns from class-balanced
 * features, of which those of rare classes are blended with any image's (section 4.2); its gradient
 * stops at the features, and its average is what is evaluated.
 *
 * Follows the released code: pseudo-labels of the head itself, not of its average as a comment there
 * promises (`pseudo`: `ema`); weights and statistics that shrink before co-learning and decay by
 * Adam's rule from then on (MixMatch's do both, for a flag is left out: `shrink`); MixMatch's weight 1
 * once co-learning, for the one that the code works out is dropped (`ramp`); the head's optimizer is
 * the run's, whose settings are the same in all published runs. Differs in: the trained network still
 * sees weak views once co-learning, in a pass of their own; the features that the head starts from are
 * computed once for each image; the head's inputs are computed before it is trained, too.
 */
export const cossl: Algorithm<CosslOptions> = defineAlgorithm({
  name: "cossl",
  kind: "addon",
  paper: "Fan et al., CVPR 2022",
  requires: ["pseudo-labels", "guesses-apart", "student-guesses", "main-head"],
  defaults: COSSL_DEFAULTS,
  docs: COSSL_DOCS,
  formulas: {
    adjust: "t ≥ pretrain · S: z(α(u)) ← z_b(f_avg(α(u)))",
    loss:
      "t ≥ pretrain · S: balanced = mean H(y, z_b(v)) of labeled images, all classes drawn alike; where v = s f_avg(A(x)) + (1 − s) f_avg(A(x')) with chance 1 − N_y ÷ max N, else f_avg(A(x)); where s ~ U(μ, 1), x' any image, labeled or not",
    update: "t < pretrain · S: weights and statistics shrink; from then on they do not",
  },
  starts: ({ pretrain }, { steps }) => [
    { does: "trains its balanced head", after: Math.round(pretrain * steps), by: "cossl.pretrain" },
  ],
  smoke: { "cossl.pretrain": 0.3, "cossl.startSteps": 20, "batch.ratio": 1 },
  check: checkCossl,
  recipe: cosslMethod,
  needs: ({ view, strongViews, decay, pretrain }, { classes }) => ({
    views: { unlabeled: ["weak", ...new Array<"strong">(strongViews).fill("strong")] },
    passes: [{ net: "average", inputs: ["weak"], norm: "running" }],
    heads: { balanced: { classes, weightDecay: decay, detach: true } },
    streams: {
      balanced: {
        from: "labeled",
        view,
        sampler: "class-balanced",
        net: "average",
        norm: "running",
      },
      any: { from: "all", view, sampler: "uniform", net: "average", norm: "running" },
    },
    evalHead: "balanced",
    evalHeadFrom: pretrain,
  }),
  adjust(s, logits, where, view) {
    if (where !== "weak" || !coLearning(s)) return logits;
    const averaged = s.average.weak[view]!; // the average sees all weak views
    return s.config.pseudo === "raw"
      ? s.head("balanced", averaged.features)
      : averaged.logits("balanced");
  },
  update(config, progress) {
    const co = progress.step >= begin(config, progress);
    return {
      weightDecay: co || config.weightDecay === "always",
      shrink: !co || config.shrink === "always",
      ...(co && config.average > 0 ? { averageDecay: config.average } : {}),
    };
  },
  ramp(s, weight, full) {
    if (s.config.ramp === "own" || !coLearning(s)) return weight;
    return s.config.ramp === "full" ? full : 1;
  },
  loss(s): Record<string, Tensor> {
    if (!coLearning(s)) return {};
    const { y } = s.stream("balanced");
    return { balanced: crossEntropy(s.head("balanced", blended(s, s.config.least)), y) };
  },
  setup: (h) =>
    h.progress.step === 0 && begin(h.config, h.progress) === 0 ? startHead(h) : undefined,
  every: {
    steps: () => 1,
    run: (h) => h.progress.step === begin(h.config, h.progress) ? startHead(h) : undefined,
  },
});

/** First step of co-learning. */
function begin({ pretrain }: CosslOptions, { steps }: Progress): number {
  return Math.round(pretrain * steps);
}

function coLearning({ config, progress }: Step<CosslOptions>): boolean {
  return progress.step >= begin(config, progress);
}

/** Features that the balanced head learns from. */
export function blended(s: Pick<Step, "stream" | "data" | "random">, least: number): Tensor {
  const { y, out } = s.stream("balanced"), { counts, classes } = s.data;
  return blendTail({
    own: out.features,
    y,
    partner: s.stream("any").out.features,
    chances: y.device.tensor(blendChances(counts), [classes]),
    gate: s.random("gate").uniform(y.shape),
    share: s.random("share").uniform(y.shape),
    least,
  });
}
