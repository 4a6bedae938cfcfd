/**
 * Operations on tensors.
 *
 * @module
 */
export * from "./pointwise.ts";
