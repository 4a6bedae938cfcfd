/** A long tail in the usual terms. */
export interface CountOptions {
  /** Images of the head class; may be a fraction where a system computes it so. */
  readonly max: number;
  /** Head over tail. */
  readonly gamma: number;
}

/**
 * Class counts as SimPro, ACR, USB, ADELLO and CoSSL round them: `⌊max · μ^c⌋` with
 * `μ = (1/γ)^(1/(C−1))` in float64, the last class `⌊max / γ⌋` on its own.
 *
 * The two powers are not interchangeable with one: for γ = 512 and 100 classes they differ.
 *
 * @returns Descending counts, class 0 first.
 */
export function twoStepCounts(classes: number, { max, gamma }: CountOptions): number[] {
  const mu = (1 / gamma) ** (1 / (classes - 1));
  return Array.from(
    { length: classes },
    (_, c) => Math.trunc(c === 0 ? max : c === classes - 1 ? max / gamma : max * mu ** c),
  );
}

/**
 * Class counts as DASO, SEVAL and BalPoE round them: `⌊max · ratio^(c/(C−1))⌋`, the last class
 * too.
 *
 * @param options `ratio`: tail over head, 1/γ. BalPoE is given it as a number of its own.
 * @returns Descending counts, class 0 first.
 */
export function oneStepCounts(
  classes: number,
  { max, ratio }: { readonly max: number; readonly ratio: number },
): number[] {
  return Array.from(
    { length: classes },
    (_, c) => Math.trunc(c === 0 ? max : max * ratio ** (c / (classes - 1))),
  );
}

/**
 * Rounds to the nearest whole number, halves to the even one, as Python and NumPy do:
 * `Math.round` takes them up.
 */
export function roundHalfEven(value: number): number {
  const below = Math.floor(value), rest = value - below;
  if (rest !== 0.5) return Math.round(value);
  return below % 2 === 0 ? below : below + 1;
}
