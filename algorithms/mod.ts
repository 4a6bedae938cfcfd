/**
 * Methods: bases and add-ons, each a plugin.
 *
 * @module
 */
export { fixmatch, type FixMatchOptions } from "./bases/fixmatch.ts";
export { supervised, type SupervisedOptions } from "./bases/supervised.ts";
export { algorithms, findAlgorithm, type ListedAlgorithm } from "./registry.ts";
