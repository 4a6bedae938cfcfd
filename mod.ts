/** @module */
export * from "./core/mod.ts";
