import type { DataInfo, OptionDocs } from "../../../core/mod.ts";
import { noneOf, notPositive, notWhole, outsideUnit } from "../../shared/option_checks.ts";

/** Options of SEVAL. */
export interface SevalOptions {
  /**
   * `estimate` calibrates on the held-out labeled images and writes the curriculum; `load` follows a
   * curriculum, as published with all labels (`split.holdout=0`) and the same seed; `direct` calibrates
   * on balanced validation images and writes nothing.
   */
  mode: "estimate" | "load" | "direct";
  /** Steps from one calibration to the next. */
  period: number;
  /** Class thresholds before the first calibration. */
  threshold: number;
  /** Precision that thresholds aim at, at the start of the run: t in the paper. */
  target: number;
  /** The same at its end. */
  targetEnd: number;
  /** Groups of classes with one offset each; 0 for as many as classes. */
  piGroups: number;
  /** Groups of classes with one threshold each; 0 for as many as classes. */
  thresholdGroups: number;
  /** Share of the old offsets that a calibration keeps: η_π. */
  piDecay: number;
  /** Share of the old thresholds that a calibration keeps: η_τ. */
  thresholdDecay: number;
  /** What offsets make best: class-balanced likelihood (`nll`) or mean recall (`acc`). */
  metric: "nll" | "acc";
  /** Least offset π. */
  piLow: number;
  /** Greatest offset π. */
  piHigh: number;
  /** Least scale α; with both at 1 there are no scales. */
  alphaLow: number;
  /** Greatest scale α. */
  alphaHigh: number;
  /** How thresholds are searched: as released, or the exact best. */
  search: "nelder-mead" | "exact";
  /** Folder of the run whose curriculum is followed, in mode `load`. */
  curriculum: string;
  /** What names of curriculum files begin with. */
  prefix: string;
  /** Logits that are evaluated: with the averaged offsets, with the last optimum, or neither. */
  evaluate: "refined" | "last" | "raw";
  /** Whose optimum moves the thresholds of ABC's head; released code takes the main head's. */
  abcThresholds: "main" | "own";
}

/** Defaults of the released code; what a data set's published run has otherwise is its recipe. */
export const SEVAL_DEFAULTS: SevalOptions = {
  mode: "estimate",
  period: 500,
  threshold: 0.95,
  target: 0.9,
  targetEnd: 0.9,
  piGroups: 0,
  thresholdGroups: 0,
  piDecay: 0.999,
  thresholdDecay: 0.999,
  metric: "nll",
  piLow: 1e-3,
  piHigh: 3,
  alphaLow: 1,
  alphaHigh: 1,
  search: "nelder-mead",
  curriculum: "",
  prefix: "seval_",
  evaluate: "refined",
  abcThresholds: "main",
};

/** What each option is. */
export const SEVAL_DOCS: OptionDocs<SevalOptions> = {
  mode:
    "`estimate` calibrates on the held-out labeled images and writes the curriculum; `load` follows a curriculum, as published with all labels (`split.holdout=0`) and the same seed; `direct` calibrates on balanced validation images and writes nothing.",
  period: "Steps from one calibration to the next.",
  threshold: "Class thresholds before the first calibration.",
  target: "Precision that thresholds aim at, at the start of the run: t in the paper.",
  targetEnd: "The same at its end.",
  piGroups: "Groups of classes with one offset each; 0 for as many as classes.",
  thresholdGroups: "Groups of classes with one threshold each; 0 for as many as classes.",
  piDecay: "Share of the old offsets that a calibration keeps: η_π.",
  thresholdDecay: "Share of the old thresholds that a calibration keeps: η_τ.",
  metric: "What offsets make best: class-balanced likelihood (`nll`) or mean recall (`acc`).",
  piLow: "Least offset π.",
  piHigh: "Greatest offset π.",
  alphaLow: "Least scale α; with both at 1 there are no scales.",
  alphaHigh: "Greatest scale α.",
  search: "How thresholds are searched: as released, or the exact best.",
  curriculum: "Folder of the run whose curriculum is followed, in mode `load`.",
  prefix: "What names of curriculum files begin with.",
  evaluate:
    "Logits that are evaluated: with the averaged offsets, with the last optimum, or neither.",
  abcThresholds:
    "Whose optimum moves the thresholds of ABC's head; released code takes the main head's.",
};

/** What is wrong with the options, or null. */
export function checkSeval(o: SevalOptions): string | null {
  const { threshold, target, targetEnd, piDecay, thresholdDecay, period } = o;
  return noneOf("mode", o.mode, ["estimate", "load", "direct"]) ??
    noneOf("metric", o.metric, ["nll", "acc"]) ??
    noneOf("search", o.search, ["nelder-mead", "exact"]) ??
    noneOf("evaluate", o.evaluate, ["refined", "last", "raw"]) ??
    noneOf("abcThresholds", o.abcThresholds, ["main", "own"]) ??
    outsideUnit({ threshold, target, targetEnd, piDecay, thresholdDecay }) ??
    notWhole({ period }) ?? notPositive({ piLow: o.piLow }) ??
    (o.piLow <= o.piHigh ? null : `piLow is ${o.piLow}: give at most piHigh, ${o.piHigh}`) ??
    (o.alphaLow <= o.alphaHigh
      ? null
      : `alphaLow is ${o.alphaLow}: give at most alphaHigh, ${o.alphaHigh}`) ??
    notWhole({ piGroups: o.piGroups, thresholdGroups: o.thresholdGroups }, 0);
}

/** Why the options do not fit the data, or null. */
export function sevalFits(
  { mode, piGroups, thresholdGroups }: SevalOptions,
  { classes, holdout, valid }: Pick<DataInfo, "classes" | "holdout" | "valid">,
): string | null {
  return (classes % (piGroups || classes) === 0
    ? null
    : `piGroups is ${piGroups}: give a number that divides the ${classes} classes`) ??
    (thresholdGroups <= classes
      ? null
      : `thresholdGroups is ${thresholdGroups}: give a whole number up to ${classes}`) ??
    (mode !== "estimate" || holdout > 0
      ? null
      : "mode estimate needs held-out images: set split.protocol=seval, or split.holdout=0.5") ??
    (mode !== "direct" || holdout + valid > 0
      ? null
      : "mode direct needs validation images: set split.valid, or as many held-out ones of each " +
        "class with split.holdout");
}
