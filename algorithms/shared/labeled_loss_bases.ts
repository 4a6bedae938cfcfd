/**
 * Bases whose labeled loss is the cross entropy of the labeled view's own logits, weighted by
 * `weights`: what add-ons that change the labeled loss can stand on.
 */
export const LABELED_LOSS_BASES: readonly string[] = [
  "supervised",
  "fixmatch",
  "pseudolabel",
  "meanteacher",
  "usadtm",
];
