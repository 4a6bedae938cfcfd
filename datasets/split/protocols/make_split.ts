import { BadInput } from "../../../core/bad_input.ts";
import { named } from "../../../core/names.ts";
import type { LabelPool } from "../label_pool.ts";
import { setTestAside, type TestAside } from "./test_share.ts";
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
 * Decides which image of a data set is labeled, unlabeled, held out or for testing. Where the protocol
 * sets none aside for validation, those are the data set's own validation images, if it has any.
 *
 * @param pool The data set's labels.
 * @param given `protocol` (a name or one's own; default `free`) and what to change of its default
 * options.
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
  const { pool: left, restore } = withoutTests(pool, given);
  const options = resolveSplit(pool, given);
  checkSplitOptions(options, left);
  const split = restore(findProtocol(given.protocol).split(left, options));
  if (split.valid.length > 0) return split;
  if (given.valid) {
    throw new BadInput(
      given.valid < pool.classes && split.protocol === "free"
        ? `split.valid is ${given.valid}, less than an image of each of the ${pool.classes} classes: set split.valid=${pool.classes} or more`
        : `split.valid is ${given.valid}, but protocol ${split.protocol} sets no images aside for validation: leave it out, or set split.protocol=free`,
    );
  }
  return { ...split, valid: ownValid(pool) };
}

/** All images of the data set's own validation part. */
function ownValid({ labels, validLabels = [] }: LabelPool): Int32Array {
  return Int32Array.from(validLabels, (_, i) => labels.length + i);
}

/** What somebody said of a split. */
export interface GivenSplit extends Partial<SplitOptions> {
  /** `free` by default. */
  readonly protocol?: string | Protocol;
  /**
   * Share of each class's training images that is set aside for testing, before the protocol deals out
   * the rest: for data without test images. 0 for none; null, the default, for the data set's own.
   */
  readonly testShare?: number | null;
}

/**
 * All options of a split: those given, else the protocol's, else the general ones.
 *
 * @throws {BadInput} If the protocol is unknown; the values are not checked.
 */
export function resolveSplit(pool: LabelPool, given: GivenSplit): SplitOptions {
  const { pool: left } = withoutTests(pool, given);
  const { protocol, testShare: _, ...options } = given;
  const defaults = findProtocol(protocol).defaults?.(left, options);
  return defaultSplitOptions(left, { ...defaults, ...options });
}

/** The images that a protocol is given. */
function withoutTests(pool: LabelPool, { testShare, seed = 0 }: GivenSplit): TestAside {
  if (testShare === undefined || testShare === null) return { pool, restore: (split) => split };
  return setTestAside(pool, { share: testShare, seed });
}

/**
 * The protocol of a name; one that is given itself is returned as it is.
 *
 * @param others Protocols from outside, e.g. of `--plugin`.
 * @throws {BadInput} If there is none; the message names the nearest and lists all.
 */
export function findProtocol(
  protocol: string | Protocol = "free",
  others: readonly Protocol[] = [],
): Protocol {
  if (typeof protocol !== "string") return protocol;
  const own = others.map((other) => [other.name, other] as const);
  return named([...protocols, ...own], "protocol")(protocol);
}
