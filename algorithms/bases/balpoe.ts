import {
  add,
  type Algorithm,
  argmax,
  defineAlgorithm,
  gather,
  lerp,
  mean,
  mul,
  oneHot,
  slice,
  type Step,
  sum,
  type Tensor,
} from "../../core/mod.ts";
import { type CutBox, cutBox } from "../cut_box.ts";
import { expertBias, expertLosses } from "../expert_loss.ts";
import { balpoeRecipe } from "../recipes/balpoe.ts";
import { tauList } from "../tau_list.ts";

/** Options of {@linkcode balpoe}. */
export interface BalpoeOptions {
  /** τ of each expert, or the limits of its range. */
  tau: readonly number[];
  /** What `tau` is; see {@linkcode tauList}. */
  tauForm: "list" | "limits" | "uniform";
  /** Number of experts where `tau` is a range. */
  experts: number;
  /** How images are mixed; `mixup_cutmix` takes either with equal chance. */
  mix: "mixup" | "cutmix" | "mixup_cutmix" | "none";
  /** Of the Beta(α, α) distribution of the mixing weight. */
  alpha: number;
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
 * second way of mixing from some epoch on, which no published run uses either, is left out.
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
    alpha: 0.4,
    testPrior: [],
  } as BalpoeOptions,
  smoke: { "balpoe.mix": "mixup_cutmix" },
  check: complaint,
  recipe: balpoeRecipe,
  needs: (config, { classes }) => ({
    views: { labeled: ["weak"] },
    student: "late",
    heads: { experts: { classes, experts: tauOf(config).length } },
    evalHead: "experts",
    evalNetwork: "raw",
  }),
  evaluationOffsets: ({ testPrior }) =>
    testPrior.length > 0 ? testPrior.map((p) => Math.log(p)) : null,
  inputs(s) {
    const [x] = s.batch.labeled.x, { box, lambda } = mixOf(s);
    if (lambda === 1 && !box) return { mixed: { x } };
    const others = gather(x, partners(s));
    return { mixed: { x: lerp(others, x, box ? staying(x, box) : lambda) } };
  },
  loss(s) {
    const { y } = s.batch.labeled, { lambda } = mixOf(s);
    const logits = s.late("mixed").logits("experts");
    const bias = expertBias(s.prior, tauOf(s.config)), weights = s.weights("labeled");
    const right = (y: Tensor<"i32">) =>
      mean(sum(mul(oneHot(y, s.data.classes), oneHot(argmax(mean(logits, 1)), s.data.classes)), 1));
    let losses = expertLosses(logits, y, { bias, weights }), accuracy = right(y);
    if (s.config.mix !== "none") {
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

/** Weight λ of the images themselves, of their partners' 1 − λ, and the box if there is one. */
function mixOf(s: Step<BalpoeOptions>): { readonly lambda: number; readonly box: CutBox | null } {
  const { mix, alpha } = s.config;
  if (mix === "none") return { lambda: 1, box: null };
  const lambda = s.random("lambda").beta(alpha);
  const paste = mix === "cutmix" || mix === "mixup_cutmix" && s.random("paste").integer(2) === 1;
  if (!paste) return { lambda, box: null };
  const size = s.batch.labeled.x[0].shape[1]!; // images have four axes
  const row = s.random("row").integer(size), column = s.random("column").integer(size);
  const box = cutBox(size, { lambda, row, column });
  return { lambda: box.share, box };
}

function partners(s: Step<BalpoeOptions>): Tensor<"i32"> {
  return s.random("partners").permutation(s.batch.labeled.y.size);
}

/** 1 where an image keeps its pixels, 0 in the box: [height, width, 1]. */
function staying({ device, shape }: Tensor, { rows, columns }: CutBox): Tensor {
  const size = shape[1]!; // images have four axes
  const mask = new Float32Array(size * size).fill(1);
  for (let row = rows[0]; row < rows[1]; row++) {
    mask.fill(0, row * size + columns[0], row * size + columns[1]);
  }
  return device.tensor(mask, [size, size, 1]);
}

function complaint(
  config: BalpoeOptions,
  { classes }: { readonly classes: number },
): string | null {
  const { tau, tauForm, experts, mix, alpha, testPrior } = config;
  if (!["list", "limits", "uniform"].includes(tauForm)) {
    return `tauForm is '${tauForm}': give list, limits or uniform`;
  }
  if (tau.length === 0 || tau.some((t) => !Number.isFinite(t))) {
    return `tau is [${tau}]: give numbers`;
  }
  if (tauForm !== "list" && tau.length !== 2) {
    return `tau is [${tau}]: as ${tauForm} it is the lowest and the highest value`;
  }
  if (!(Number.isInteger(experts) && experts >= 1)) {
    return `experts is ${experts}: give a whole number of at least 1`;
  }
  if (!["mixup", "cutmix", "mixup_cutmix", "none"].includes(mix)) {
    return `mix is '${mix}': give mixup, cutmix, mixup_cutmix or none`;
  }
  if (!(alpha > 0)) return `alpha is ${alpha}: give a number above 0`;
  const fits = testPrior.length === 0 ||
    testPrior.length === classes && testPrior.every((p) => p > 0);
  return fits
    ? null
    : `testPrior is [${testPrior}]: give a number above 0 for each of ${classes} classes`;
}
