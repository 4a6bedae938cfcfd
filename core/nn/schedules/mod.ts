/**
 * Numbers that change as training goes on: learning rates, loss weights, thresholds, exponents.
 *
 * @module
 */
export * from "./cosine_decay.ts";
export * from "./ema_decay.ts";
export * from "./multi_step_decay.ts";
export * from "./ramp_up.ts";
export * from "./schedule.ts";
export * from "./warmup.ts";
export * from "./methods/abc_keep_probability.ts";
export * from "./methods/adello_smoothing.ts";
export * from "./methods/balpoe_learning_rate.ts";
export * from "./methods/cossl_food_learning_rate.ts";
export * from "./methods/crest_alignment_exponent.ts";
export * from "./methods/daso_learning_rate.ts";
export * from "./methods/seval_target_precision.ts";
export * from "./methods/uda_signal_annealing.ts";
