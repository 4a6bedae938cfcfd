/** Bases that learn from labeled images alone. */
const LABELS_ALONE: ReadonlySet<string> = new Set(["supervised", "balpoe"]);

/** Bases that every code trains with as many unlabeled as labeled images. */
const ONE_TO_ONE: ReadonlySet<string> = new Set([
  "pseudolabel",
  "meanteacher",
  "pimodel",
  "vat",
  "mixmatch",
  "remixmatch",
]);

/**
 * Whether a base learns from labeled images alone.
 *
 * @param base Name of the base.
 */
export function learnsAlone(base: string): boolean {
  return LABELS_ALONE.has(base);
}

/**
 * Unlabeled images for each labeled one, where a system's code tells methods apart by what they do
 * with them: none where labels alone are learned, one where both are mixed or where each unlabeled
 * image has no strong view, else as many as FixMatch has there.
 *
 * @param base Name of the base.
 * @param usual What FixMatch has: μ in the papers.
 */
export function ratioOf(base: string, usual: number): number {
  if (learnsAlone(base)) return 0;
  return ONE_TO_ONE.has(base) ? Math.min(1, usual) : usual;
}
