import { parse } from "yaml";
import { BadInput } from "../../core/bad_input.ts";
import { didYouMean, unknownName } from "../../core/names.ts";
import { logLabelPrior } from "../../core/training/metrics/logit_rows.ts";
import type { Trainer } from "../../core/training/trainer.ts";

/** Priors that need no file. */
export const PRIORS = ["uniform", "labeled", "unlabeled", "test"] as const;

/** A prior that needs no file. */
export type PriorName = (typeof PRIORS)[number];

/**
 * What `--prior` means: one of {@linkcode PRIORS}, or null for a file, which has a dot or a slash.
 *
 * @throws {BadInput} If it is neither.
 */
export function priorName(given: string): PriorName | null {
  const name = PRIORS.find((prior) => prior === given);
  if (name) return name;
  if (/[./\\]/.test(given)) return null;
  throw unknownName(given, "prior", PRIORS);
}

/**
 * Class shares that test logits can be adjusted to: `uniform`, those of the `labeled` images, of the
 * `unlabeled` ones as the run's method estimates them, or of the `test` images.
 *
 * @param testCounts Images of each class in what is evaluated.
 * @returns Positive numbers [classes]; only their ratios count.
 * @throws {BadInput} If no method estimates the unlabeled images' shares.
 */
export async function namedPrior(
  name: PriorName,
  { trainer, testCounts }: { readonly trainer: Trainer; readonly testCounts: ArrayLike<number> },
): Promise<readonly number[]> {
  switch (name) {
    case "uniform":
      return Array.from(testCounts, () => 1);
    case "labeled":
      return trainer.data.counts;
    case "test":
      return Array.from(testCounts);
    case "unlabeled":
      return await estimatedPrior(trainer);
  }
}

async function estimatedPrior({ state, stack, device }: Trainer): Promise<readonly number[]> {
  const [key] = [...state.estimates].find(([, of]) => of === "unlabeled") ?? [];
  const tensor = key === undefined ? undefined : state.tensors.get(key);
  if (!tensor) {
    throw new BadInput(
      `No method of '${stack.name}' estimates the unlabeled images' classes, as simpro, acr, adello ` +
        "and udal do: give --prior a file of class shares",
    );
  }
  return Array.from(await device.read(tensor));
}

/**
 * Class shares out of a file: a list of numbers in the run's order of classes, or a map from class
 * names to numbers, as YAML or JSON.
 *
 * @param names Class names in the run's order.
 * @param file What error messages call it.
 * @throws {BadInput} If it is something else, a class is missing or unknown, or a share is not
 *   positive.
 */
export function parsePrior(text: string, names: readonly string[], file: string): number[] {
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new BadInput(`${file} is not YAML: ${(error as Error).message.split("\n")[0]}`);
  }
  if (Array.isArray(value)) {
    if (value.length !== names.length) {
      throw new BadInput(
        `${file} lists ${value.length} shares, the run has ${names.length} classes`,
      );
    }
    return value.map((share, c) => checkShare(share, names[c]!, file)); // as long as names
  }
  if (typeof value !== "object" || value === null) {
    throw new BadInput(`${file} holds neither a list of class shares nor a map of them`);
  }
  const shares = new Map(Object.entries(value).map(([name, share]) => [name.normalize(), share]));
  const prior = names.map((name) => {
    const share = shares.get(name.normalize());
    if (share === undefined) throw new BadInput(`${file} has no share of the class '${name}'`);
    shares.delete(name.normalize());
    return checkShare(share, name, file);
  });
  const [unknown] = shares.keys();
  if (unknown === undefined) return prior;
  throw new BadInput(
    `${file} has a class '${unknown}' that the run does not know${didYouMean(unknown, names)}`,
  );
}

function checkShare(share: unknown, name: string, file: string): number {
  if (typeof share === "number" && share > 0 && Number.isFinite(share)) return share;
  throw new BadInput(
    `${file} gives the class '${name}' the share ${JSON.stringify(share)}: give a positive number`,
  );
}

/**
 * Adjusts logits to a test set of known class shares: z + log π (BalPoE, section 3.4, for logits that
 * are those of a balanced test set).
 *
 * @param logits Rows [N, C], row-major.
 * @param prior Shares π [C]; they are scaled to add up to 1.
 * @throws {BadInput} If a share is not positive.
 */
export function adjustToPrior(
  logits: ArrayLike<number>,
  prior: readonly number[],
): Float64Array {
  const none = prior.findIndex((share) => !(share > 0));
  if (none >= 0) {
    throw new BadInput(
      `Cannot adjust to a prior in which class ${none} has the share ${
        prior[none]
      }: none of it would be predicted`,
    );
  }
  const offsets = logLabelPrior(prior);
  return Float64Array.from(logits, (z, i) => z + offsets[i % offsets.length]!); // one a class
}
