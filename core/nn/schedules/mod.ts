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
