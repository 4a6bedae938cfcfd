import { rampWeight } from "../../../algorithms/shared/ramp.ts";
import type { Progress } from "../../../core/training/plugin/step_slots.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { familyTolerance } from "./daso_tolerance.ts";

/** Our names of the terms that DASO's code logs. */
const TERMS: Readonly<Record<string, readonly string[]>> = {
  loss_cls: ["labeled"],
  loss_cons: ["unlabeled"],
  loss_assign: ["alignment"],
  loss_abc: ["abc labeled", "abc unlabeled"],
  loss_kl: ["unmixed"],
  loss_rotation: ["rotation"],
  uc_loss: ["clustering"],
};

/** Scalars of a step that are settings, or are compared elsewhere. */
const SETTINGS = new Set([
  "pretraining_during_step",
  "lam",
  "ramp",
  "generation",
  "exponent",
]);

/** What {@linkcode checkLosses} compares. */
export interface StepLosses {
  /** Prefix of the step's scalars, without the slash. */
  readonly at: string;
  readonly terms: Readonly<Record<string, number>>;
  readonly tolerance: Tolerance;
}

/** Compares every loss term that a step states, and that there are no others. */
export function checkLosses(
  c: GoldenCase,
  check: Check,
  { at, terms, tolerance }: StepLosses,
): void {
  const seen = new Set<string>();
  for (const full of c.scalarNames.filter((name) => name.startsWith(`${at}/`))) {
    const name = full.slice(at.length + 1);
    if (SETTINGS.has(name)) continue;
    const names = name === "loss" ? Object.keys(terms) : TERMS[name] ?? [];
    if (names.length === 0 || names.some((term) => terms[term] === undefined)) {
      check.fail(full, `no such term came out, only ${Object.keys(terms)}`);
      continue;
    }
    const sum = names.reduce((total, term) => total + terms[term]!, 0); // just looked for
    check.close(full, sum, c.scalar(full), tolerance);
    if (name !== "loss") names.forEach((term) => seen.add(term));
  }
  const others = Object.keys(terms).filter((term) => !seen.has(term));
  check.that(`${at}/terms`, others.length === 0, `the method has terms more: ${others}`);
}

/** Compares the weight of the unlabeled loss, where a step states it. */
export function checkRampWeight(
  c: GoldenCase,
  check: Check,
  { at, progress }: { readonly at: string; readonly progress: Progress },
): void {
  const { ramp, ramp_ratio: rampShare } = c.params;
  if (!c.hasScalar(`${at}/ramp`)) return;
  const weight = rampWeight({ ramp: ramp === "exp" ? "exponential" : ramp, rampShare }, progress);
  check.close(`${at}/ramp`, weight, c.scalar(`${at}/ramp`), familyTolerance(c).values);
}
