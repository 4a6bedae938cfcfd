import {
  type Algorithm,
  argmax,
  atLeast,
  concat,
  defineAlgorithm,
  max,
  mul,
  type PassSpec,
  type Targets,
  type Tensor,
} from "../../core/mod.ts";
import { flooredCrossEntropy } from "../shared/floored_cross_entropy.ts";
import { sharpen } from "../shared/mixing.ts";
import {
  MOST_COPIES,
  negative,
  noneOf,
  notPositive,
  notWhole,
  outsideUnit,
} from "../shared/option_checks.ts";
import { classicRecipe } from "../recipes/usb.ts";
import { repeatRows } from "../shared/batch_rows.ts";

/** Options of {@linkcode fixmatch}. */
export interface FixMatchOptions {
  /** Confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ_u in the paper. */
  lambda: number;
  /** `hard` learns the most probable class, `soft` the sharpened prediction. */
  targets: "hard" | "soft";
  /** Sharpens soft targets, p^(1/T); USB's code leaves it out, which is 1. */
  temperature: number;
  /**
   * `together`: one pass over all views, which share batch statistics; `apart`: the weak one in a pass
   * of its own, without gradient, as CoSSL's code has it; `each`: as there on Food-101, the labeled
   * images in one of their own, too; `single`: so is every strong view, as in CDMAD's code.
   */
  passes: "together" | "apart" | "each" | "single";
  /** Strong views of each unlabeled image; CoSSL's code has two. */
  strongViews: number;
  /** Added to probabilities within the logarithm of both losses; 1e-8 in CDMAD's code. */
  logFloor: number;
}

const DEFAULTS: FixMatchOptions = {
  threshold: 0.95,
  lambda: 1,
  targets: "hard",
  temperature: 0.5,
  passes: "together",
  strongViews: 1,
  logFloor: 0,
};

/**
 * FixMatch (Sohn et al., "FixMatch: Simplifying semi-supervised learning with consistency and
 * confidence", NeurIPS 2020): labeled cross entropy (equation 3) plus the cross entropy between
 * the hard pseudo-label of the weak view and the strong view, where the weak view is confident
 * (equation 4). With several strong views the loss is the mean over all of them.
 */
export const fixmatch: Algorithm<FixMatchOptions> = defineAlgorithm({
  name: "fixmatch",
  kind: "base",
  paper: "Sohn et al., NeurIPS 2020",
  provides: [
    "labeled-logits",
    "labeled-weights",
    "pseudo-labels",
    "plain-guesses",
    "guesses-apart",
    "mask",
  ],
  defaults: DEFAULTS,
  smoke: { "fixmatch.threshold": 0.2 },
  check: ({ threshold, lambda, targets, temperature, passes, strongViews, logFloor }) =>
    outsideUnit({ threshold, logFloor }) ?? negative({ lambda }) ?? notPositive({ temperature }) ??
      noneOf("targets", targets, ["hard", "soft"]) ?? notWhole({ strongViews }, 1, MOST_COPIES) ??
      noneOf("passes", passes, ["together", "apart", "each", "single"]),
  needs: ({ passes, strongViews }) => ({
    views: {
      labeled: ["weak"],
      unlabeled: ["weak", ...new Array<"strong">(strongViews).fill("strong")],
    },
    ...(passes === "together" ? {} : { passes: [GUESS, ...learnPasses(passes, strongViews)] }),
  }),
  recipe: classicRecipe,
  mask: (s, t, m) => mul(m, atLeast(max(t.probs, 1), s.config.threshold)),
  loss(s, t, m) {
    const strong = concat(s.student.strong.map((view) => view.logits()), 0);
    const views = s.student.strong.length, floor = s.config.logFloor;
    const target = repeatRows(fixmatchTarget(t, s.config), views);
    return {
      labeled: flooredCrossEntropy(s.student.labeled[0]!.logits(), s.batch.labeled.y, {
        weights: s.weights("labeled"),
        floor,
      }),
      unlabeled: mul(
        flooredCrossEntropy(strong, target, { weights: repeatRows(m, views), floor }),
        s.config.lambda,
      ),
    };
  },
});

/** The weak view's own pass. */
const GUESS: PassSpec = { net: "student", inputs: ["weak"], grad: false };

/** Passes of what is learned beside it. */
function learnPasses(
  passes: Exclude<FixMatchOptions["passes"], "together">,
  strongViews: number,
): readonly PassSpec[] {
  const over = (...inputs: PassSpec["inputs"]): PassSpec => ({ net: "student", inputs });
  if (passes === "apart") return [over("labeled", "strong")];
  if (passes === "each") return [over("labeled"), over("strong")];
  return [
    over("labeled"),
    ...Array.from({ length: strongViews }, (_, i) => over(`strong/${i}`)),
  ];
}

/** What FixMatch learns pseudo-labels as: classes, or probabilities where they are to be soft. */
export function fixmatchTarget(
  { probs, form }: Targets,
  { targets, temperature }: Pick<FixMatchOptions, "targets" | "temperature">,
): Tensor<"i32"> | Tensor {
  if (form === "soft") return probs;
  return targets === "hard" ? argmax(probs, 1) : sharpen(probs, temperature);
}
