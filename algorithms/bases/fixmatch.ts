import {
  type Algorithm,
  atLeast,
  defineAlgorithm,
  max,
  mul,
  type PassSpec,
} from "../../core/mod.ts";
import {
  checkTargets,
  consistencyLosses,
  learnedTarget,
  TARGET_DOCS,
  type TargetOptions,
} from "../shared/consistency.ts";
import { MOST_COPIES, negative, noneOf, notWhole, outsideUnit } from "../shared/option_checks.ts";
import { classicRecipe } from "../recipes/usb.ts";

/** Options of {@linkcode fixmatch}. */
export interface FixMatchOptions extends TargetOptions {
  /** Confidence from which a pseudo-label counts: τ in the paper. */
  threshold: number;
  /** Weight of the unlabeled loss: λ_u in the paper. */
  lambda: number;
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
 *
 * Follows DASO's and USB's code: one pass over all views. CoSSL's takes the weak view in a pass of its
 * own (`passes`: `apart`; on Food-101 `each`) and two `strongViews`, CDMAD's a pass for every view
 * (`single`) and a `logFloor`. Where targets are soft, USB's code leaves the sharpening out, a
 * `temperature` of 1.
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
  docs: {
    threshold: "Confidence from which a pseudo-label counts: τ in the paper.",
    lambda: "Weight of the unlabeled loss: λ_u in the paper.",
    ...TARGET_DOCS,
    passes:
      "`together`: one pass over all views, which share batch statistics; `apart`: the weak one in a pass of its own, without gradient, as CoSSL's code has it; `each`: as there on Food-101, the labeled images in one of their own, too; `single`: so is every strong view, as in CDMAD's code.",
    strongViews: "Strong views of each unlabeled image; CoSSL's code has two.",
    logFloor: "Added to probabilities within the logarithm of both losses; 1e-8 in CDMAD's code.",
  },
  formulas: {
    mask: "m ← m · 1[max q ≥ τ]",
    loss: "labeled = mean w · H(y, z(α(x))); unlabeled = λ · mean m · H(q̂, z(A(u)))",
  },
  smoke: { "fixmatch.threshold": 0.2 },
  check: ({ threshold, lambda, passes, strongViews, logFloor, ...targets }) =>
    outsideUnit({ threshold, logFloor }) ?? negative({ lambda }) ?? checkTargets(targets) ??
      notWhole({ strongViews }, 1, MOST_COPIES) ??
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
  loss: (s, t, m) =>
    consistencyLosses(s, {
      target: learnedTarget(t, s.config),
      mask: m,
      lambda: s.config.lambda,
      floor: s.config.logFloor,
    }),
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
