import { BadInput } from "../../core/bad_input.ts";
import type { RunConfig } from "../config/run_config.ts";

/** What a file of weights says of itself; empty for one that was not exported from here. */
type Metadata = Readonly<Record<string, string>>;

/**
 * Refuses weights whose classes come in another order than the run's, or whose network is another. A
 * file that says nothing of itself, as PyTorch's, is taken as it is.
 *
 * @param classNames In the run's order.
 * @returns What to tell the user, or null.
 * @throws {BadInput} Naming what differs and what to set.
 */
export function checkWeights(
  metadata: Metadata,
  { model, modelVariant, weights, weightsPart }: Pick<
    RunConfig,
    "model" | "modelVariant" | "weights" | "weightsPart"
  >,
  classNames: readonly string[],
): string | null {
  for (const [key, ours] of Object.entries({ model, modelVariant })) {
    const theirs = metadata[key];
    if (theirs === undefined || theirs === ours) continue;
    throw new BadInput(
      `Cannot take the weights ${weights}: their ${key} is ${theirs}, this run's ${ours}: set ${key}=${theirs}`,
    );
  }
  const theirs = weightsPart === "body" ? null : namesIn(metadata);
  if (!theirs) return null;
  const [a, b] = [theirs, classNames].map((names) => names.map((name) => name.normalize()));
  if (a!.join("\n") === b!.join("\n")) return null; // two in, two out
  const some = (names: readonly string[]) =>
    names.slice(0, 4).join(", ") + (names.length > 4 ? ", …" : "");
  if (a!.toSorted().join("\n") === b!.toSorted().join("\n")) {
    throw new BadInput(
      `Cannot take the weights ${weights}: they number the classes ${some(theirs)}, this run ${
        some(classNames)
      }: take the protocol that its run had (split.protocol), or their body alone (weightsPart=body)`,
    );
  }
  return `the classifier of ${weights} knows other classes (${
    some(theirs)
  }): it starts from theirs; ` +
    "weightsPart=body leaves it out";
}

function namesIn({ classNames }: Metadata): readonly string[] | null {
  if (classNames === undefined) return null;
  try {
    const names: unknown = JSON.parse(classNames);
    return Array.isArray(names) && names.every((name) => typeof name === "string") ? names : null;
  } catch {
    return null; // somebody else's metadata
  }
}
