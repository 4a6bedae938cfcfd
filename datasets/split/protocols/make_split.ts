import { distance } from "fastest-levenshtein";
import { BadInput } from "../../../core/bad_input.ts";
import type { LabelPool } from "../label_pool.ts";
import type { Protocol, Split, SplitOptions } from "../split.ts";
import { acr } from "./acr.ts";
import { adello } from "./adello.ts";
import { balpoe } from "./balpoe.ts";
import { cossl } from "./cossl.ts";
import { daso } from "./daso.ts";
import { free } from "./free.ts";
import { seval } from "./seval.ts";
import { simpro } from "./simpro.ts";
import { checkSplitOptions, defaultSplitOptions } from "./split_options.ts";

/** All protocols by name, our own first. */
export const protocols: ReadonlyMap<string, Protocol> = new Map(
  [free, simpro, acr, adello, daso, seval, cossl, balpoe].map((
    protocol,
  ) => [protocol.name, protocol]),
);

/**
 * Decides which image of a data set is labeled, unlabeled, held out or for testing.
 *
 * @param pool The data set's labels.
 * @param given `protocol` (default `free`) and what to change of its default options.
 * @throws {BadInput} If the protocol is unknown or the data set cannot give what was asked;
 * the message names the option, its value and what is possible.
 *
 * @example Ten images a class, half of them labeled at most
 * ```ts
 * import { makeSplit } from "@longtail/longtail/datasets";
 * import assert from "node:assert/strict";
 *
 * const labels = Int32Array.from({ length: 30 }, (_, i) => i % 3);
 * const pool = { name: "toy", fingerprint: "", classes: 3, labels, testLabels: [0, 1, 2] };
 * const split = makeSplit(pool, { labeledMax: 4, gammaLabeled: 4, unlabeledMax: 6, gammaUnlabeled: 1 });
 * assert.deepEqual(split.counts.labeled, [4, 2, 1]);
 * assert.deepEqual(split.counts.unlabeled, [6, 6, 6]);
 * ```
 */
export function makeSplit(pool: LabelPool, given: GivenSplit): Split {
  const options = resolveSplit(pool, given);
  checkSplitOptions(options, pool);
  return findProtocol(given.protocol).split(pool, options);
}

/** What somebody said of a split. */
export type GivenSplit = { readonly protocol?: string } & Partial<SplitOptions>;

/**
 * All options of a split: those given, else the protocol's, else the general ones.
 *
 * @throws {BadInput} If the protocol is unknown; the values are not checked.
 */
export function resolveSplit(pool: LabelPool, { protocol, ...given }: GivenSplit): SplitOptions {
  return defaultSplitOptions(pool, { ...findProtocol(protocol).defaults?.(pool), ...given });
}

/**
 * The protocol of a name.
 *
 * @throws {BadInput} If there is none; the message names the nearest and lists all.
 */
export function findProtocol(name = "free"): Protocol {
  const protocol = protocols.get(name);
  if (protocol) return protocol;
  const names = [...protocols.keys()];
  const near = names.reduce((a, b) => distance(name, b) < distance(name, a) ? b : a);
  throw new BadInput(
    `split.protocol is '${name}': did you mean '${near}'? Give one of ${names.join(", ")}`,
  );
}
