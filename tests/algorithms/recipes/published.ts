import assert from "node:assert/strict";
import { objectLayer, setLayer } from "../../../experiment/config/layers.ts";
import { resolveConfig } from "../../../experiment/config/resolve.ts";

/** Options by dotted key; keys of the base's own options begin with its name. */
export type Options = Readonly<Record<string, unknown>>;

/** All options of a run of which only these are stated. */
export function resolved(stack: string, dataset: string, ...set: readonly string[]): Options {
  const { all } = resolveConfig([setLayer([`algorithm=${stack}`, `dataset=${dataset}`, ...set])]);
  return Object.fromEntries(objectLayer(all, "the run").map(({ key, value }) => [key, value]));
}

/** Tests that a run has the options of a table; the whole difference is in the message. */
export function isPublished(
  [stack, dataset, ...set]: readonly [stack: string, dataset: string, ...set: string[]],
  ...parts: readonly Options[]
): void {
  const want: Options = Object.assign({}, ...parts);
  const have = resolved(stack, dataset, ...set);
  const got = Object.fromEntries(Object.keys(want).map((key) => [key, have[key]]));
  assert.deepEqual(got, want, `${stack} on ${dataset} ${set.join(" ")}`);
}

/** Nesterov's momentum of 0.9, as nearly all have it. */
export const SGD: Options = {
  "optimizer.kind": "sgd",
  "optimizer.momentum": 0.9,
  "optimizer.nesterov": true,
};

/** Adam as PyTorch has it. */
export const ADAM: Options = {
  "optimizer.kind": "adam",
  "optimizer.beta1": 0.9,
  "optimizer.beta2": 0.999,
  "optimizer.eps": 1e-8,
};

/** A tail by its largest classes and γ. */
export function tail(
  protocol: string,
  labeledMax: number,
  unlabeledMax: number | null,
  gammaLabeled: number,
): Options {
  const split = { protocol, labeledMax, unlabeledMax, gammaLabeled };
  return Object.fromEntries(Object.entries(split).map(([key, value]) => [`split.${key}`, value]));
}
