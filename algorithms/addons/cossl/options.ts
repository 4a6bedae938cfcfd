import type { OptionDocs } from "../../../core/mod.ts";
import { COSSL_PRETRAIN } from "../../recipes/cossl.ts";
import {
  MOST_COPIES,
  negative,
  noneOf,
  notWhole,
  outsideUnit,
} from "../../shared/option_checks.ts";

/** Options of CoSSL. */
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
  /** Where weights decay as the run's `weightDecay` says: `co-learning` on CIFAR as released. */
  weightDecay: "always" | "co-learning";
  /** Where weights and statistics shrink as the run's `shrink` says. */
  shrink: "pretraining" | "always";
  /** Share of the old average that a step of co-learning keeps; 0 leaves it to the run. */
  average: number;
  /**
   * How the balanced head starts: `set`: from scratch on a feature set balanced by blends; `loop`: from
   * scratch on class-balanced batches, blended as in co-learning; `plain`: from the base's own head,
   * on class-balanced batches.
   */
  start: "set" | "loop" | "plain";
  /** View whose features of unlabeled images the set is made of. */
  startView: "weak" | "strong";
  /** The same of labeled images: the one that the base learns from. */
  startLabeled: "weak" | "strong";
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

/** Defaults of the released code; what a data set's published run has otherwise is its recipe. */
export const COSSL_DEFAULTS: CosslOptions = {
  pretrain: COSSL_PRETRAIN,
  least: 0.6,
  view: "strong",
  pseudo: "raw",
  strongViews: 0,
  ramp: "own",
  decay: 5e-4,
  weightDecay: "always",
  shrink: "pretraining",
  average: 0,
  start: "set",
  startView: "strong",
  startLabeled: "weak",
  startSteps: 5000,
  startBatch: 64,
  startRate: 2e-3,
  startAverage: 0.999,
  startOptimizer: "adam",
};

/** What each option is. */
export const COSSL_DOCS: OptionDocs<CosslOptions> = {
  pretrain: "Share of the run before co-learning begins.",
  least: "Least weight of a row's own features in the blend: μ in the paper.",
  view: "View whose features the balanced head learns from.",
  pseudo: "Whose pseudo-labels: the balanced head as it is trained, or its average.",
  strongViews: "Strong views of each unlabeled image; 0 leaves it to the base.",
  ramp: "Ramped weights of the base once co-learning: its own, without the ramp, or simply 1.",
  decay: "Weight decay of the balanced head's weight.",
  weightDecay:
    "Where weights decay as the run's `weightDecay` says: `co-learning` on CIFAR as released.",
  shrink: "Where weights and statistics shrink as the run's `shrink` says.",
  average: "Share of the old average that a step of co-learning keeps; 0 leaves it to the run.",
  start:
    "How the balanced head starts: `set`: from scratch on a feature set balanced by blends; `loop`: from scratch on class-balanced batches, blended as in co-learning; `plain`: from the base's own head, on class-balanced batches.",
  startView: "View whose features of unlabeled images the set is made of.",
  startLabeled: "The same of labeled images: the one that the base learns from.",
  startSteps: "Steps of the start.",
  startBatch: "Feature vectors of each of its steps.",
  startRate: "Its learning rate.",
  startAverage: "Share of the head's average that stays in each of its steps.",
  startOptimizer: "Optimizer of the start.",
};

/** What is wrong with the options, or null. */
export function checkCossl(config: CosslOptions): string | null {
  const { pretrain, least, average, startAverage, startSteps, strongViews, startBatch } = config;
  const views = ["weak", "strong"];
  return outsideUnit({ pretrain, least, startAverage, average }) ??
    negative({ decay: config.decay, startRate: config.startRate }) ??
    notWhole({ startSteps }, 0) ?? notWhole({ strongViews }, 0, MOST_COPIES) ??
    notWhole({ startBatch }) ??
    noneOf("view", config.view, views) ??
    noneOf("startView", config.startView, views) ??
    noneOf("startLabeled", config.startLabeled, views) ??
    noneOf("weightDecay", config.weightDecay, ["always", "co-learning"]) ??
    noneOf("shrink", config.shrink, ["pretraining", "always"]) ??
    noneOf("pseudo", config.pseudo, ["raw", "ema"]) ??
    noneOf("ramp", config.ramp, ["own", "full", "one"]) ??
    noneOf("start", config.start, ["set", "loop", "plain"]) ??
    noneOf("startOptimizer", config.startOptimizer, ["adam", "sgd"]);
}
