import {
  type Algorithm,
  crossEntropy,
  defineAlgorithm,
  type Progress,
  type Step,
  type Tensor,
} from "../../core/mod.ts";
import { startHead } from "../cossl_start.ts";
import { negative, noneOf, outsideUnit } from "../option_checks.ts";
import { cosslRecipe } from "../recipes/cossl.ts";
import { blendChances, blendTail } from "../tail_blend.ts";

/** Options of {@linkcode cossl}. */
export interface CosslOptions {
  /** Share of the run before co-learning begins. */
  pretrain: number;
  /** Least weight of a row's own features in the blend: μ in the paper. */
  least: number;
  /** View whose features the balanced head learns from. */
  view: "weak" | "strong";
  /** Whose pseudo-labels: the balanced head as it is trained, or its average. */
  pseudo: "raw" | "ema";
  /** Strong views of each unlabeled image; 0 leaves it to the base. */
  strongViews: number;
  /** Ramped weights of the base once co-learning: its own, without the ramp, or simply 1. */
  ramp: "own" | "full" | "one";
  /** Weight decay of the balanced head's weight. */
  decay: number;
  /**
   * How the balanced head starts: `set`: from scratch on a feature set balanced by blends; `loop`: from
   * scratch on class-balanced batches, blended as in co-learning; `plain`: from the base's own head,
   * on class-balanced batches.
   */
  start: "set" | "loop" | "plain";
  /** View whose features of unlabeled images the set is made of. */
  startView: "weak" | "strong";
  /** Steps of the start. */
  startSteps: number;
  /** Feature vectors of each of its steps. */
  startBatch: number;
  /** Its learning rate. */
  startRate: number;
  /** Share of the head's average that stays in each of its steps. */
  startAverage: number;
  /** Optimizer of the start. */
  startOptimizer: "adam" | "sgd";
}

/**
 * CoSSL (Fan et al., "CoSSL: Co-learning of representation and classifier for imbalanced
 * semi-supervised learning", CVPR 2022). After a share of the run, pseudo-labels come from a balanced
 * head on the averaged network's features (section 4.3); the head learns from class-balanced
 * features, of which those of rare classes are blended with any image's (section 4.2); its gradient
 * stops at the features, and its average is what is evaluated.
 *
 * Follows the released code: pseudo-labels of the head itself, not of its average; MixMatch's weight
 * 1 once co-learning; the head's optimizer is the run's, whose settings are the same in all published
 * runs. Differs in: weight decay is Adam's in both parts of the run, where the code shrinks weights in
 * the first; ReMixMatch's mean predictions carry over; the features that the head starts from are
 * computed once for each image; the head's inputs are computed before it is trained, too.
 */
export const cossl: Algorithm<CosslOptions> = defineAlgorithm({
  name: "cossl",
  kind: "addon",
  paper: "Fan et al., CVPR 2022",
  bases: ["fixmatch", "mixmatch", "remixmatch"],
  defaults: {
    pretrain: 401 / 501,
    least: 0.6,
    view: "strong",
    pseudo: "raw",
    strongViews: 0,
    ramp: "own",
    decay: 5e-4,
    start: "set",
    startView: "strong",
    startSteps: 5000,
    startBatch: 64,
    startRate: 2e-3,
    startAverage: 0.999,
    startOptimizer: "adam",
  } as CosslOptions,
  smoke: { "cossl.pretrain": 0.3, "cossl.startSteps": 20, "batch.ratio": 1 },
  check: complaint,
  recipe: cosslRecipe,
  needs: ({ view, strongViews, decay, pretrain }, { classes }) => ({
    views: { unlabeled: ["weak", ...new Array<"strong">(strongViews).fill("strong")] },
    passes: [{ net: "teacher", inputs: ["weak"], norm: "running" }],
    heads: { balanced: { classes, weightDecay: decay, detach: true } },
    streams: {
      balanced: {
        from: "labeled",
        view,
        sampler: "class-balanced",
        net: "teacher",
        norm: "running",
      },
      any: { from: "all", view, sampler: "uniform", net: "teacher", norm: "running" },
    },
    evalHead: "balanced",
    evalHeadFrom: pretrain,
  }),
  adjust(s, logits, where, view) {
    if (where !== "weak" || !coLearning(s)) return logits;
    const averaged = s.teacher.weak[view]!; // the teacher sees all weak views
    return s.config.pseudo === "raw"
      ? s.head("balanced", averaged.features)
      : averaged.logits("balanced");
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

function complaint(config: CosslOptions): string | null {
  const { pretrain, least, startAverage, startSteps, strongViews, startBatch } = config;
  const views = ["weak", "strong"];
  const broken = Object.entries({ startSteps, strongViews, startBatch })
    .find(([, n]) => !Number.isInteger(n));
  if (startBatch < 1) return `startBatch is ${startBatch}: give a whole number of at least 1`;
  return outsideUnit({ pretrain, least, startAverage }) ??
    negative({ startSteps, strongViews, decay: config.decay, startRate: config.startRate }) ??
    (broken ? `${broken[0]} is ${broken[1]}: give a whole number` : null) ??
    noneOf("view", config.view, views) ??
    noneOf("startView", config.startView, views) ??
    noneOf("pseudo", config.pseudo, ["raw", "ema"]) ??
    noneOf("ramp", config.ramp, ["own", "full", "one"]) ??
    noneOf("start", config.start, ["set", "loop", "plain"]) ??
    noneOf("startOptimizer", config.startOptimizer, ["adam", "sgd"]);
}
