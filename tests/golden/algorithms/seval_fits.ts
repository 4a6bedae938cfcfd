import { tailWeights } from "../../../algorithms/addons/seval/calibration.ts";
import { predictedOf } from "../../../algorithms/addons/seval/diagnostics.ts";
import { rowsOf } from "../../../algorithms/addons/seval/diagnostics.ts";
import {
  fitRefinement,
  refinedRecall,
  type Refinement,
  refinementLoss,
} from "../../../algorithms/addons/seval/refinement.ts";
import {
  fitThresholds,
  type KnownPredictions,
  selectionOf,
  type ThresholdOptions,
  thresholdsOfClasses,
} from "../../../algorithms/addons/seval/thresholds.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";
import { CaseReader } from "./case_reader.ts";
import { familyTolerance } from "./daso_tolerance.ts";

// What the group allows where rounding decides the path of a search.
const TRIAL: Tolerance = { relative: 0, absolute: 1e-6 };
/** Allowed error of the least loss that a search finds. */
export const LEAST: Tolerance = { relative: 0, absolute: 1e-7 };
/** The same of a search that was cut off. */
export const LEAST_AT_CAP: Tolerance = { relative: 0, absolute: 1e-4 };
const CENTRED: Tolerance = { relative: 0, absolute: 1e-3 };
const SEARCHED: Tolerance = { relative: 0, absolute: 1e-5 };

/** A fit of offsets: the loss at some points, the path of the search, its end. */
export function checkRefinement(c: GoldenCase, check: Check): void {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  const { classes, groups, metric, alpha_bounds, pi_bounds } = c.params;
  const known = { logits: reader.floats("Z"), labels: reader.ints("y"), classes };
  const loss = refinementLoss(known, metric);
  const spread = (x: readonly number[]) =>
    x.flatMap((v) => new Array<number>(classes / groups).fill(v));
  const ones = new Array<number>(classes).fill(1);
  const rows = (name: string, width: number) =>
    rowsOf({ logits: reader.floats(name), classes: width }).map((row) => [...row]);
  reader.close("probe_F", rows("probe_x", groups).map((x) => loss({ alpha: ones, pi: spread(x) })));
  if (reader.has("probe_full")) {
    const losses = rows("probe_full", 2 * groups).map((x) =>
      loss({ alpha: spread(x.slice(0, groups)), pi: spread(x.slice(groups)) })
    );
    reader.close("probe_full_F", losses);
  }
  const trials: { readonly x: readonly number[]; readonly value: number }[] = [];
  const fitted = fitRefinement(known, {
    groups,
    metric,
    alphaBounds: alpha_bounds,
    piBounds: pi_bounds,
    onTrial: (x, value) => trials.push({ x, value }),
  });
  const first = trials.slice(0, c.tensor("trial_F").shape[0]);
  reader.close("trial_x", first.flatMap(({ x }) => [...x]), TRIAL);
  reader.close("trial_F", first.map(({ value }) => value));
  // How many rounds a search takes is a matter of rounding, but for the cap.
  reader.ignore("iterations");
  reader.ignore("evaluations");
  const cap = 200 * 2 * groups, capped: boolean = reader.scalar("cap_reached");
  reader.equal("cap", cap);
  reader.close("F_star", fitted.minimum.value, capped ? LEAST_AT_CAP : LEAST);
  const sensitivity = reader.has("sensitivity") ? reader.scalar("sensitivity") : 0;
  if (capped) { for (const name of ["pi_star", "log_pi_star_centred"]) reader.ignore(name); }
  else {
    const scale = Math.max(1e-4, 10 * sensitivity);
    reader.close("pi_star", fitted.pi, { relative: scale, absolute: 0, elementwise: true });
    reader.close("log_pi_star_centred", centred(fitted.pi), CENTRED);
  }
  // Scales, where they are free, move with the offsets.
  const loose = Math.max(1e-3, 10 * sensitivity);
  if (capped) reader.ignore("alpha_star");
  else reader.close("alpha_star", fitted.alpha, { relative: 0, absolute: loose });
  const before: Refinement = { alpha: ones, pi: ones };
  reader.close("recall_before", refinedRecall(known, before));
  reader.close("recall_after", refinedRecall(known, fitted));
  reader.finish();
}

/** A fit of thresholds: predictions, groups, the path of the searches, what is selected. */
export function checkThresholds(c: GoldenCase, check: Check): void {
  const reader = new CaseReader(c, check, familyTolerance(c).values);
  const { classes, groups, labelled_counts: counts } = c.params;
  const rows = rowsOf({ logits: reader.floats("R"), classes });
  const known = { ...predictedOf(rows), labels: reader.ints("y") };
  const weights = counts ? tailWeights(counts) : new Array<number>(classes).fill(1);
  const target: number = reader.scalar("target_precision");
  checkFit(reader, "", known, { groups, target, weights });
  reader.finish();
}

/** Compares a fit of thresholds with a case's, below a prefix. */
export function checkFit(
  reader: CaseReader,
  at: string,
  known: KnownPredictions,
  settings: Omit<ThresholdOptions, "search" | "onTrial">,
): void {
  const trials = new Map<number, { readonly tau: number; readonly error: number }[]>();
  const fitted = fitThresholds(known, {
    ...settings,
    search: "nelder-mead",
    onTrial: (group, tau, error) => {
      trials.set(group, [...trials.get(group) ?? [], { tau, error }]);
    },
  });
  const { groups, size } = fitted, searched = groups.filter((g) => g.searched);
  const classes = settings.weights.length,
    optimum = thresholdsOfClasses(fitted, groups.length * size);
  reader.close(`${at}conf`, known.confidence);
  reader.equal(`${at}pred`, known.predicted);
  reader.close(`${at}omega`, settings.weights);
  reader.close(`${at}m0`, fitted.floor);
  reader.close(`${at}D`, groups.map((g) => g.mass));
  reader.close(`${at}A`, groups.map((g) => g.precision));
  reader.equal(`${at}n_g`, groups.map((g) => g.images));
  reader.equal(`${at}rare`, groups.map((g) => Number(g.rare)));
  const rare = optimum.flatMap((_, k) =>
    k < classes && groups[Math.floor(k / size)]!.rare ? [k] : [] // k is in a group
  );
  reader.equal(`${at}rare_labels`, rare);
  reader.equal(`${at}searched_groups`, groups.flatMap((g, i) => g.searched ? [i] : []));
  reader.close(`${at}tau_star`, optimum, SEARCHED);
  const width = reader.case.tensor(`${at}searched_trials`).shape[1]!; // of two axes
  const traced = [...trials.values()].map((all) =>
    Array.from({ length: width }, (_, i) => all[i] ?? null)
  );
  reader.close(`${at}searched_trials`, traced.flat().map((t) => t?.tau ?? -1), TRIAL);
  const values = reader.floats(`${at}searched_values`);
  reader.close(`${at}searched_values`, traced.flat().map((t, i) => t?.error ?? values[i]!)); // padding
  reader.close(`${at}searched_error`, searched.map((g) => g.error));
  reader.equal(`${at}searched_evaluations`, searched.map((g) => g.evaluations));
  const selection = selectionOf(known, optimum.slice(0, classes));
  reader.equal(`${at}selected_per_class`, selection.perClass);
  reader.close(`${at}effective_sample`, selection.images);
  reader.close(`${at}correct_rate`, selection.precision);
  const exact = fitThresholds(known, { ...settings, search: "exact" }).groups;
  reader.close(`${at}tau_exact`, exact.map((g) => g.threshold));
  reader.close(`${at}error_exact`, exact.map((g) => g.error));
}

function centred(pi: readonly number[]): number[] {
  const logs = pi.map((p) => Math.log(p));
  const mean = logs.reduce((a, b) => a + b, 0) / logs.length;
  return logs.map((x) => x - mean);
}
