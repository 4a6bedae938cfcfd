import type { GoldenRunner } from "./runner.ts";

type Load = () => Promise<{ readonly run: GoldenRunner }>;

/** Which file checks which group; `*` stands for anything. One line a family. */
const RUNNERS: readonly (readonly [pattern: string, load: Load])[] = [
  ["alg_acr", () => import("./algorithms/acr.ts")],
  ["alg_acr_d", () => import("./algorithms/acr.ts")],
  ["alg_cdmad", () => import("./algorithms/cdmad.ts")],
  ["alg_cpe", () => import("./algorithms/cpe.ts")],
  ["alg_ccl", () => import("./algorithms/ccl.ts")],
  ["alg_balpoe", () => import("./algorithms/balpoe.ts")],
  ["alg_adello", () => import("./algorithms/adello.ts")],
  ["alg_cossl", () => import("./algorithms/cossl.ts")],
  ["alg_seval", () => import("./algorithms/seval.ts")],
  ["alg_simpro", () => import("./algorithms/simpro.ts")],
  ["alg_daso", () => import("./algorithms/daso.ts")],
  ["alg_daso_bases", () => import("./algorithms/daso.ts")],
  ["alg_usb", () => import("./algorithms/usb.ts")],
  ["alg_usb_memory", () => import("./algorithms/usb_memory.ts")],
  ["alg_usb_mix", () => import("./algorithms/usb_mix.ts")],
  ["alg_seval_bases", () => import("./algorithms/usb.ts")],
  ["alg_usb_imb", () => import("./algorithms/usb_addons.ts")],
  ["alg_usb_fork", () => import("./algorithms/usb_addons.ts")],
  ["augment_balpoe", () => import("./augment/recipes.ts")],
  ["augment_ops", () => import("./augment/ops.ts")],
  ["augment_recipes", () => import("./augment/recipes.ts")],
  ["law_augment", () => import("./augment/laws.ts")],
  ["metrics_calibration", () => import("./metrics/calibration.ts")],
  ["metrics_classification", () => import("./metrics/classification.ts")],
  ["metrics_shift", () => import("./metrics/shift.ts")],
  ["ops_activation", () => import("./ops/activation.ts")],
  ["ops_batchnorm2d", () => import("./ops/batch_norm.ts")],
  ["ops_broadcast", () => import("./ops/broadcast.ts")],
  ["ops_cross_entropy", () => import("./ops/cross_entropy.ts")],
  ["ops_divergence", () => import("./ops/divergence.ts")],
  ["ops_linear", () => import("./ops/linear.ts")],
  ["ops_conv2d", () => import("./ops/conv2d.ts")],
  ["ops_conv2d_groups", () => import("./ops/conv2d.ts")],
  ["ops_pool", () => import("./ops/pool.ts")],
  ["ops_reduce", () => import("./ops/reduce.ts")],
  ["ops_softmax", () => import("./ops/softmax.ts")],
  ["model_*", () => import("./networks/networks.ts")],
  ["optim_adam", () => import("./networks/optimizers.ts")],
  ["optim_ema", () => import("./networks/averages.ts")],
  ["optim_sgd", () => import("./networks/optimizers.ts")],
  ["optim_schedules", () => import("./optim/schedules.ts")],
  ["sampler_order", () => import("./samplers/order.ts")],
  ["sampler_weighted", () => import("./samplers/weighted.ts")],
  ["splits_acr", () => import("./splits/simpro.ts")],
  ["splits_adello", () => import("./splits/adello.ts")],
  ["splits_balpoe", () => import("./splits/balpoe.ts")],
  ["splits_cossl", () => import("./splits/cossl.ts")],
  ["splits_daso", () => import("./splits/daso.ts")],
  ["splits_mt19937_*", () => import("./splits/mt19937.ts")],
  ["splits_seval", () => import("./splits/daso.ts")],
  ["splits_simpro", () => import("./splits/simpro.ts")],
];

/** The runner of a group, or undefined if nobody knows the group. */
export async function goldenRunner(group: string): Promise<GoldenRunner | undefined> {
  const found = RUNNERS.find(([pattern]) => matchesGlob(pattern, group));
  return found && (await found[1]()).run;
}

/** Whether `name` fits a pattern in which `*` stands for any run of characters. */
export function matchesGlob(pattern: string, name: string): boolean {
  const escaped = pattern.replaceAll(/[.+?^${}()|[\]\\]/g, "\\$&").replaceAll("*", ".*");
  return new RegExp(`^${escaped}$`).test(name);
}
