import { type Algorithm, type ErasedSpec, missingCapabilities, named } from "../core/mod.ts";
import { balpoe } from "./bases/balpoe/balpoe.ts";
import { adello } from "./addons/adello/adello.ts";
import { udal } from "./addons/udal.ts";
import { acr } from "./bases/acr/acr.ts";
import { ccl } from "./bases/ccl/ccl.ts";
import { cpe } from "./bases/cpe/cpe.ts";
import { fixmatch } from "./bases/fixmatch.ts";
import { simpro } from "./bases/simpro.ts";
import { supervised } from "./bases/supervised.ts";
import { pseudolabel } from "./bases/pseudolabel.ts";
import { meanteacher } from "./bases/meanteacher.ts";
import { mixmatch } from "./bases/mixmatch.ts";
import { remixmatch } from "./bases/remixmatch/remixmatch.ts";
import { usadtm } from "./bases/usadtm.ts";
import { pimodel } from "./bases/pimodel.ts";
import { vat } from "./bases/vat.ts";
import { flexmatch } from "./bases/flexmatch.ts";
import { freematch } from "./bases/freematch.ts";
import { softmatch } from "./bases/softmatch.ts";
import { adamatch } from "./bases/adamatch.ts";
import { uda } from "./bases/uda.ts";
import { comatch } from "./bases/comatch.ts";
import { simmatch } from "./bases/simmatch.ts";
import { daso } from "./addons/daso/daso.ts";
import { cossl } from "./addons/cossl/cossl.ts";
import { cdmad } from "./addons/cdmad.ts";
import { abc } from "./addons/abc.ts";
import { seval } from "./addons/seval/seval.ts";
import { logitadjust } from "./addons/logitadjust.ts";
import { guessadjust } from "./addons/guessadjust.ts";
import { distalign } from "./addons/distalign.ts";
import { ldam } from "./addons/ldam.ts";
import { reweight } from "./addons/reweight.ts";
import { crest } from "./addons/crest/crest.ts";
import { darp } from "./addons/darp/darp.ts";
import { crt } from "./addons/crt.ts";
import { adsh } from "./addons/adsh.ts";
import { debiaspl } from "./addons/debiaspl.ts";
import { rda } from "./addons/rda.ts";
import { saw } from "./addons/saw.ts";
import { tras } from "./addons/tras.ts";

/** A method whose option types are erased, as the command line works with them. */
export interface ListedAlgorithm {
  (config?: Readonly<Record<string, unknown>>): ReturnType<Algorithm<object>>;
  /** What the method is made of. */
  readonly spec: ErasedSpec;
}

/** Every method that comes with the toolkit. */
export const algorithms: readonly ListedAlgorithm[] = [
  supervised,
  balpoe,
  fixmatch,
  simpro,
  acr,
  adello,
  udal,
  pseudolabel,
  meanteacher,
  mixmatch,
  remixmatch,
  usadtm,
  pimodel,
  vat,
  flexmatch,
  freematch,
  softmatch,
  adamatch,
  uda,
  comatch,
  simmatch,
  daso,
  cossl,
  abc,
  seval,
  logitadjust,
  guessadjust,
  distalign,
  ldam,
  reweight,
  crest,
  darp,
  crt,
  adsh,
  debiaspl,
  rda,
  saw,
  tras,
  cdmad,
  cpe,
  ccl,
] as ListedAlgorithm[];

/**
 * The method of a name.
 *
 * @param others Methods from outside, e.g. of `--plugin`.
 * @throws {BadInput} If there is none; names the nearest.
 */
export function findAlgorithm(
  name: string,
  others: readonly ListedAlgorithm[] = [],
): ListedAlgorithm {
  const all = [...algorithms, ...others];
  return named(all.map((method) => [method.spec.name, method]), "algorithm")(name);
}

/**
 * Names of the bases that an add-on can stand on: those that have all that it requires.
 *
 * @param others Methods from outside, e.g. of `--plugin`.
 *
 * @example What has a labeled loss on plain logits
 * ```ts
 * import { basesOf, ldam } from "@longtail/longtail/algorithms";
 * import assert from "node:assert/strict";
 *
 * assert.ok(basesOf(ldam.spec).includes("fixmatch"));
 * assert.ok(!basesOf(ldam.spec).includes("mixmatch"));
 * ```
 */
export function basesOf(addon: ErasedSpec, others: readonly ListedAlgorithm[] = []): string[] {
  return [...algorithms, ...others].map(({ spec }) => spec)
    .filter((spec) => spec.kind === "base" && missingCapabilities(addon, spec).length === 0)
    .map(({ name }) => name);
}
