/**
 * Numbers that say how good a classifier, its confidences and its pseudo-labels are.
 *
 * @module
 */
export * from "./class_rates.ts";
export * from "./confusion.ts";
export * from "./evaluation.ts";
export * from "./pseudo_labels.ts";
export * from "./shot_groups.ts";
