import type { UnlabeledShape } from "../long_tail.ts";
import type { Protocol } from "../split.ts";
import { fileOrderSplit, rankedShareSplit } from "./simpro.ts";

/**
 * ACR's protocol (Wei and Gan, CVPR 2023; github.com/Gank0078/ACR): as SimPro's, but the unlabeled
 * images include the labeled ones.
 *
 * The original knows the shapes `consistent` and `reversed`; the others are SimPro's.
 * Of data with a natural tail the whole test set is used.
 */
export const acr: Protocol = {
  name: "acr",
  paper: "ACR (CVPR 2023)",
  defaults: () => ({ includeLabeled: true }),
  split: (pool, options) =>
    options.labeledShare === null
      ? fileOrderSplit(pool, { protocol: "acr", options })
      : rankedShareSplit(pool, { protocol: "acr", options, testPerClass: "all" }),
};

/**
 * The shape that a value of the original's `--flag-reverse-LT` stands for; what it does not know
 * it takes for 0.
 *
 * @param dagger Whether it is ACR† of SimPro's repository, which knows two more.
 */
export function acrShape(flag: number, dagger = false): UnlabeledShape {
  if (flag === 1) return "reversed";
  if (dagger && flag === 3) return "middle";
  if (dagger && flag === 4) return "headtail";
  return "consistent";
}
