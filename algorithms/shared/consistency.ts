import {
  argmax,
  concat,
  crossEntropy,
  mean,
  mse,
  mul,
  type OptionDocs,
  type Output,
  softmax,
  type Step,
  type Targets,
  type Tensor,
} from "../../core/mod.ts";
import { repeatRows } from "./batch_rows.ts";
import { flooredCrossEntropy } from "./floored_cross_entropy.ts";
import { noneOf, notPositive } from "./option_checks.ts";
import { sharpen } from "./mixing.ts";
import { type RampOptions, rampWeight } from "./ramp.ts";

/** What pseudo-labels are learned as. */
export interface TargetOptions {
  /** `hard` learns the most probable class, `soft` the sharpened prediction. */
  targets: "hard" | "soft";
  /** Sharpens soft targets, p^(1/T); USB's code leaves it out, which is 1. */
  temperature: number;
}

/** What each option is. */
export const TARGET_DOCS: OptionDocs<TargetOptions> = {
  targets: "`hard` learns the most probable class, `soft` the sharpened prediction.",
  temperature: "Sharpens soft targets, p^(1/T); USB's code leaves it out, which is 1.",
};

/** What is wrong with {@linkcode TargetOptions}, or null. */
export function checkTargets({ targets, temperature }: TargetOptions): string | null {
  return notPositive({ temperature }) ?? noneOf("targets", targets, ["hard", "soft"]);
}

/**
 * What pseudo-labels are learned as: classes, or probabilities where they are to be soft. Those that an
 * add-on has made soft are learned as they are.
 */
export function learnedTarget(
  { probs, form }: Targets,
  { targets, temperature }: TargetOptions,
): Tensor<"i32"> | Tensor {
  if (form === "soft") return probs;
  return targets === "hard" ? argmax(probs, 1) : sharpen(probs, temperature);
}

/** What {@linkcode consistencyLosses} are taken with. */
export interface Consistency {
  /** What unlabeled images are learned as, one row each. */
  readonly target: Tensor<"i32"> | Tensor;
  /** Weight of each unlabeled image [batch]. */
  readonly mask: Tensor;
  /** Weight of the unlabeled loss. */
  readonly lambda: number;
  /** Strong views that learn the target, all of them by default. */
  readonly views?: number;
  /** Weight of each labeled image, those that add-ons give by default [batch]. */
  readonly weights?: Tensor;
  /** Added to probabilities within the logarithm of both losses, 0 by default. */
  readonly floor?: number;
}

/**
 * The losses of FixMatch and all that choose other targets or masks: cross entropy of the labels, and of
 * the targets on the strong views, means over all rows whatever their weights (Sohn et al., NeurIPS
 * 2020, equations 3 and 4). Of several strong views the loss is the mean over them.
 */
export function consistencyLosses(
  s: Pick<Step, "student" | "batch" | "weights">,
  { target, mask, lambda, floor = 0, ...given }: Consistency,
): Record<"labeled" | "unlabeled", Tensor> {
  const { labeled: [labeled], strong } = s.student;
  const { views = strong.length, weights = s.weights("labeled") } = given;
  const logits = concat(strong.slice(0, views).map((view) => view.logits()), 0);
  const rows = { weights: repeatRows(mask, views), floor };
  return {
    labeled: flooredCrossEntropy(labeled!.logits(), s.batch.labeled.y, { weights, floor }), // there is a labeled view
    unlabeled: mul(flooredCrossEntropy(logits, repeatRows(target, views), rows), lambda),
  };
}

/**
 * The losses of Π-model and Mean Teacher: cross entropy of the labels, and the mean square over samples and
 * classes between targets and the prediction of a weak view, by a weight that rises.
 *
 * @param view What learns the targets. What add-ons do to weak views they do to guesses: here to the
 *   targets alone.
 * @param target Probabilities [batch, classes].
 * @param mask Weight of each unlabeled image [batch].
 */
export function squareLosses(
  s: Pick<
    Step<RampOptions & { lambda: number }>,
    "student" | "batch" | "weights" | "ramp" | "config" | "progress"
  >,
  { view, target, mask }: {
    readonly view: Output;
    readonly target: Tensor;
    readonly mask: Tensor;
  },
): Record<"labeled" | "unlabeled", Tensor> {
  const [labeled] = s.student.labeled, weight = rampWeight(s.config, s.progress);
  const squares = mean(mse(softmax(view.rawLogits()), target, { reduction: "none" }), 1);
  return {
    labeled: crossEntropy(labeled!.logits(), s.batch.labeled.y, { weights: s.weights("labeled") }), // there is a labeled view
    unlabeled: mul(mean(mul(squares, mask)), s.ramp(weight, s.config.lambda)),
  };
}
