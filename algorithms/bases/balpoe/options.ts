import type { DataInfo, OptionDocs } from "../../../core/mod.ts";
import {
  MOST_COPIES,
  negative,
  noneOf,
  notPositive,
  notWhole,
} from "../../shared/option_checks.ts";
import { MIX_DOCS, MIXES, type MixOptions } from "./batch_mix.ts";

/** Options of BalPoE. */
export interface BalpoeOptions extends MixOptions {
  /** τ of each expert, or the lowest and the highest value. */
  tau: readonly number[];
  /**
   * What `tau` is. `list`: as given. `limits`: equally spaced from the lowest to the highest value, a
   * single one in the middle. `uniform`: the middles of equal parts of that range.
   */
  tauForm: "list" | "limits" | "uniform";
  /** Number of experts of `limits` and `uniform`. */
  experts: number;
  /** Published length: `long` trains about twice as long, on more strongly changed images. */
  training: "standard" | "long";
  /** Class frequencies of the test images where they are known, else empty. */
  testPrior: readonly number[];
}

/** Defaults of the released code; what a data set's published run has otherwise is its recipe. */
export const BALPOE_DEFAULTS: BalpoeOptions = {
  tau: [0, 1, 2],
  tauForm: "list",
  experts: 3,
  mix: "mixup",
  later: "none",
  laterFrom: 0,
  alpha: 0.4,
  training: "standard",
  testPrior: [],
};

/** What each option is. */
export const BALPOE_DOCS: OptionDocs<BalpoeOptions> = {
  ...MIX_DOCS,
  tau: "τ of each expert, or the lowest and the highest value.",
  tauForm:
    "What `tau` is. `list`: as given. `limits`: equally spaced from the lowest to the highest value, a single one in the middle. `uniform`: the middles of equal parts of that range.",
  experts: "Number of experts of `limits` and `uniform`.",
  training: "Published length: `long` trains about twice as long, on more strongly changed images.",
  testPrior: "Class frequencies of the test images where they are known, else empty.",
};

/**
 * BalPoE's τ of each expert.
 *
 * @example The three experts of CIFAR
 * ```ts
 * import { tauList } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * assert.deepEqual(tauList({ tau: [0, 2], tauForm: "limits", experts: 3 }), [0, 1, 2]);
 * ```
 */
export function tauList(
  { tau, tauForm, experts }: Pick<BalpoeOptions, "tau" | "tauForm" | "experts">,
): readonly number[] {
  if (tauForm === "list") return tau;
  const [low = 0, high = low] = tau;
  const places = tauForm === "uniform" || experts === 1
    ? Array.from({ length: experts }, (_, i) => (i + 0.5) / experts)
    : Array.from({ length: experts }, (_, i) => i / (experts - 1));
  return places.map((place) => low + (high - low) * place);
}

/** What is wrong with the options, or null. */
export function checkBalpoe(
  { tau, tauForm, experts, mix, later, laterFrom, alpha, training, testPrior }: BalpoeOptions,
): string | null {
  return noneOf("tauForm", tauForm, ["list", "limits", "uniform"]) ?? noneOf("mix", mix, MIXES) ??
    noneOf("later", later, MIXES) ?? negative({ laterFrom }) ??
    noneOf("training", training, ["standard", "long"]) ?? notPositive({ alpha }) ??
    (tau.length > 0 && tau.every(Number.isFinite) ? null : `tau is [${tau}]: give numbers`) ??
    (tauForm === "list" || tau.length === 2
      ? null
      : `tau is [${tau}]: as ${tauForm} it is the lowest and the highest value`) ??
    notWhole({ experts }, 1, MOST_COPIES) ??
    (testPrior.every((p) => p > 0) ? null : `testPrior is [${testPrior}]: give numbers above 0`);
}

/** Why the options do not fit the data, or null. */
export function balpoeFits(
  { testPrior }: BalpoeOptions,
  { classes }: Pick<DataInfo, "classes">,
): string | null {
  return testPrior.length === 0 || testPrior.length === classes
    ? null
    : `testPrior is [${testPrior}]: give a number for each of ${classes} classes`;
}
