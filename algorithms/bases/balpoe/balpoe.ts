import {
  add,
  type Algorithm,
  argmax,
  defineAlgorithm,
  gather,
  mean,
  mul,
  oneHot,
  slice,
  sum,
  type Tensor,
} from "../../../core/mod.ts";
import { MIXES, mixImages, mixKind, mixOf, type MixOptions, partners } from "./batch_mix.ts";
import { expertBias, expertLosses } from "./expert_loss.ts";
import { negative, noneOf } from "../../shared/option_checks.ts";
import { balpoeRecipe } from "../../recipes/balpoe.ts";
import { tauList } from "./tau_list.ts";

/** Options of {@linkcode balpoe}. */
export interface BalpoeOptions extends MixOptions {
  /** τ of each expert, or the limits of its range. */
  tau: readonly number[];
  /** What `tau` is; see {@linkcode tauList}. */
  tauForm: "list" | "limits" | "uniform";
  /** Number of experts where `tau` is a range. */
  experts: number;
  /** Published length: `long` trains about twice as long, on more strongly changed images. */
  training: "standard" | "long";
  /** Class frequencies of the test images where they are known, else empty. */
  testPrior: readonly number[];
}

/**
 * BalPoE (Sanchez Aimar et al., "Balanced product of calibrated experts for long-tailed recognition",
 * CVPR 2023): experts with a logit-adjusted cross entropy of their own strength τ (equations 6 and 7),
 * trained on mixed images (section 3.4), and classified by the mean of their logits (equation 5).
 * It learns from labeled images alone.
 *
 * Follows the released code: one mixing weight a batch, not folded to at least ½; CutMix, which no
 * published run uses, corrects its weight to the pixels pasted. A known test prior is added to the
 * logits in evaluations. On a network without experts they are linear layers on its features. A
 * second way of mixing can take over (`later`), as in the code; mixing logits of a target model, which
 * no published run does either, is left out, and so is ResNeXt-50.
 */
export const balpoe: Algorithm<BalpoeOptions> = defineAlgorithm({
  name: "balpoe",
  kind: "base",
  paper: "Sanchez Aimar et al., CVPR 2023",
  defaults: {
    tau: [0, 1, 2],
    tauForm: "list",
    experts: 3,
    mix: "mixup",
    later: "none",
    laterFrom: 0,
    alpha: 0.4,
    training: "standard",
    testPrior: [],
  } as BalpoeOptions,
  smoke: { "balpoe.mix": "mixup_cutmix", "balpoe.laterFrom": 2, epochSteps: 10 },
  check: complaint,
  recipe: balpoeRecipe,
  needs: (config, { classes }) => ({
    views: { labeled: ["weak"] },
    student: "late",
    heads: { experts: { classes, experts: tauOf(config).length } },
    evalHead: "experts",
    evalNetwork: "student",
  }),
  evaluationOffsets: ({ testPrior }) =>
    testPrior.length > 0 ? testPrior.map((p) => Math.log(p)) : null,
  inputs: (s) => ({ mixed: { x: mixImages(s) } }),
  loss(s) {
    const { y } = s.batch.labeled, { lambda } = mixOf(s);
    const logits = s.late("mixed").logits("experts");
    const bias = expertBias(s.prior, tauOf(s.config)), weights = s.weights("labeled");
    const right = (y: Tensor<"i32">) =>
      mean(sum(mul(oneHot(y, s.data.classes), oneHot(argmax(mean(logits, 1)), s.data.classes)), 1));
    let losses = expertLosses(logits, y, { bias, weights }), accuracy = right(y);
    if (mixKind(s) !== "none") {
      const index = partners(s), partner = gather(y, index);
      const other = expertLosses(logits, partner, { bias, weights: gather(weights, index) });
      losses = add(mul(losses, lambda), mul(other, 1 - lambda));
      accuracy = add(mul(accuracy, lambda), mul(right(partner), 1 - lambda));
    }
    for (let e = 0; e < losses.size; e++) {
      s.log(`expert${e}`, slice(losses, { start: e, end: e + 1 }));
    }
    s.log("accuracy", accuracy);
    return { labeled: mean(losses) };
  },
});

function tauOf({ tau, tauForm, experts }: BalpoeOptions): readonly number[] {
  return tauList({ tau, form: tauForm, experts });
}

function complaint(
  config: BalpoeOptions,
  { classes }: { readonly classes: number },
): string | null {
  const { tau, tauForm, experts, mix, later, laterFrom, alpha, training, testPrior } = config;
  const words = noneOf("tauForm", tauForm, ["list", "limits", "uniform"]) ??
    noneOf("mix", mix, MIXES) ?? noneOf("later", later, MIXES) ?? negative({ laterFrom }) ??
    noneOf("training", training, ["standard", "long"]);
  if (words) return words;
  if (tau.length === 0 || tau.some((t) => !Number.isFinite(t))) {
    return `tau is [${tau}]: give numbers`;
  }
  if (tauForm !== "list" && tau.length !== 2) {
    return `tau is [${tau}]: as ${tauForm} it is the lowest and the highest value`;
  }
  if (!(Number.isInteger(experts) && experts >= 1)) {
    return `experts is ${experts}: give a whole number of at least 1`;
  }
  if (!(alpha > 0)) return `alpha is ${alpha}: give a number above 0`;
  const fits = testPrior.length === 0 ||
    testPrior.length === classes && testPrior.every((p) => p > 0);
  return fits
    ? null
    : `testPrior is [${testPrior}]: give a number above 0 for each of ${classes} classes`;
}
