import { didYouMean } from "../../names.ts";

/**
 * Capabilities that follow from what a base asks for in `needs`.
 *
 * - `weak-view`, `strong-view`: it has such views of unlabeled images;
 * - `main-head`: it evaluates the head `main`, whose place an add-on's own head may take;
 * - `student-guesses`: it asks for no pass of the average, so that `average` is what add-ons ask for.
 */
export type DerivedCapability = "weak-view" | "strong-view" | "main-head" | "student-guesses";

/**
 * Capabilities that a base declares in `provides`: how its losses work.
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
export type DeclaredCapability =
  | "labeled-logits"
  | "labeled-weights"
  | "pseudo-labels"
  | "plain-guesses"
  | "guesses-apart"
  | "mask";

/** What an add-on may ask of the base it stands on. */
export type Capability = DerivedCapability | DeclaredCapability;

const DERIVED: Readonly<Record<DerivedCapability, string>> = {
  "weak-view": "a weak view of unlabeled images",
  "strong-view": "a strong view of unlabeled images",
  "main-head": "an evaluation of the network's own head",
  "student-guesses": "guesses by the student alone, none by the average",
};

const CAPABILITIES: Readonly<Record<Capability, string>> = {
  ...DERIVED,
  "labeled-logits": "a labeled loss on the logits of the labeled images as they are",
  "labeled-weights": "a labeled loss that weighs its samples",
  "pseudo-labels": "pseudo-labels that add-ons may change",
  "plain-guesses": "pseudo-labels that start as plain predictions",
  "guesses-apart": "pseudo-labels guessed from logits that no loss learns",
  mask: "an unlabeled loss that takes a mask",
};

/** What a capability is called in a sentence. */
export function describeCapability(capability: Capability): string {
  return CAPABILITIES[capability];
}

/**
 * Refuses capabilities that there are not, or that the kind of method cannot speak of.
 *
 * @throws {TypeError} If there is one; the message names method and capability.
 */
export function checkCapabilities(
  { name, kind, provides = [], requires = [] }: {
    readonly name: string;
    readonly kind: "base" | "addon";
    readonly provides?: readonly string[];
    readonly requires?: readonly string[];
  },
): void {
  const unknown = [...provides, ...requires].find((each) => !Object.hasOwn(CAPABILITIES, each));
  if (unknown !== undefined) {
    throw new TypeError(
      `The method '${name}' speaks of a capability '${unknown}', but bases have no such one${
        didYouMean(unknown, Object.keys(CAPABILITIES))
      }`,
    );
  }
  const derived = provides.find((each) => Object.hasOwn(DERIVED, each));
  if (derived !== undefined) {
    throw new TypeError(
      `'${derived}' follows from the needs of '${name}': leave it out of provides`,
    );
  }
  if (kind === "base" && requires.length > 0) {
    throw new TypeError(`The base '${name}' requires capabilities, but only add-ons can`);
  }
  if (kind === "addon" && provides.length > 0) {
    throw new TypeError(`The add-on '${name}' provides capabilities, but only bases can`);
  }
}
