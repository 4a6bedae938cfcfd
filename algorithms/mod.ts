/**
 * Methods: bases and add-ons, each a plugin.
 *
 * @module
 */
export { fixmatch, type FixMatchOptions } from "./bases/fixmatch.ts";
export { simpro, type SimproOptions } from "./bases/simpro.ts";
export { supervised, type SupervisedOptions } from "./bases/supervised.ts";
export { logPrior } from "./log_prior.ts";
export { algorithms, findAlgorithm, type ListedAlgorithm } from "./registry.ts";
