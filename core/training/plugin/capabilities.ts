import { didYouMean } from "../../names.ts";

/** What capabilities of a base are called in a sentence, by their names in code. */
const CAPABILITIES = {
  "weak-view": "a weak view of unlabeled images",
  "strong-view": "a strong view of unlabeled images",
  "main-head": "an evaluation of the network's own head",
  "student-guesses": "guesses by the student alone, none by the average",
  "labeled-logits": "a labeled loss on the logits of the labeled images as they are",
  "labeled-weights": "a labeled loss that weighs its samples",
  "pseudo-labels": "pseudo-labels that add-ons may change",
  "plain-guesses": "pseudo-labels that start as plain predictions",
  "guesses-apart": "pseudo-labels guessed from logits that no loss learns",
  "mask": "an unlabeled loss that takes a mask",
} as const;

/**
 * What an add-on may ask of the base it stands on.
 *
 * What a base asks for in `needs` says whether it has
 *
 * - `weak-view`, `strong-view`: such views of unlabeled images;
 * - `main-head`: evaluations of the head `main`, the place that an add-on's own head may take;
 * - `student-guesses`: no pass of the average, so that `average` is what the add-on asks for.
 *
 * The rest is how its loss works, which a base says in `provides`:
 *
 * - `labeled-logits`: labels are learned by cross entropy on `student.labeled[i].logits()` of images
 *   that are not mixed, and the base does not adjust these logits itself: margins and priors that an
 *   add-on's `adjust` puts there count once, for the image's own label;
 * - `labeled-weights`: that loss takes `weights("labeled")`;
 * - `pseudo-labels`: the loss learns unlabeled images as the targets it is given, and those are made of
 *   the weak view's logits, so that `adjust` and `pseudoLabel` of add-ons reach them;
 * - `plain-guesses`: these targets are plain predictions, not sharpened, until an add-on changes them;
 * - `guesses-apart`: no loss is taken on the logits that they are made of, so that an add-on may put
 *   others in their place;
 * - `mask`: the unlabeled loss weighs its samples by the mask.
 */
export type Capability = keyof typeof CAPABILITIES;

/** A base's declared half of the capabilities. */
export type DeclaredCapability = Exclude<
  Capability,
  "weak-view" | "strong-view" | "main-head" | "student-guesses"
>;

/** What a capability is called in a sentence. */
export function describeCapability(capability: Capability): string {
  return CAPABILITIES[capability];
}

/**
 * Refuses a capability that there is not.
 *
 * @throws {TypeError} If it is none; names the nearest.
 */
export function checkCapability(capability: string, method: string): void {
  if (Object.hasOwn(CAPABILITIES, capability)) return;
  throw new TypeError(
    `The method '${method}' speaks of a capability '${capability}', but bases have no such one${
      didYouMean(capability, Object.keys(CAPABILITIES))
    }`,
  );
}
