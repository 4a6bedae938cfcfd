/** Options by name. */
type Numbers = Readonly<Record<string, number>>;

/** The first option that is not as wanted, in the sentence that a method's `check` returns; or null. */
function firstWrong(
  options: Numbers,
  fits: (value: number) => boolean,
  wanted: string,
): string | null {
  const wrong = Object.entries(options).find(([, value]) => !fits(value));
  return wrong ? `${wrong[0]} is ${wrong[1]}: give ${wanted}` : null;
}

/** What is wrong with options that must lie between 0 and 1, or null. */
export function outsideUnit(options: Numbers): string | null {
  return firstWrong(options, (x) => x >= 0 && x <= 1, "a number from 0 to 1");
}

/** What is wrong with options that must not be negative, or null. */
export function negative(options: Numbers): string | null {
  return firstWrong(options, (x) => x >= 0, "a number of at least 0");
}

/** What is wrong with options that must be above 0, or null. */
export function notPositive(options: Numbers): string | null {
  return firstWrong(options, (x) => x > 0, "a number above 0");
}

/** What is wrong with options that must be whole numbers from `least` on, up to `most`, or null. */
export function notWhole(options: Numbers, least = 1, most = Infinity): string | null {
  const fits = (x: number) => Number.isInteger(x) && x >= least && x <= most;
  const wanted = most < Infinity ? `from ${least} to ${most}` : `of at least ${least}`;
  return firstWrong(options, fits, `a whole number ${wanted}`);
}

/** More views of an image, or heads of a network, than anybody has run: each costs memory and time. */
export const MOST_COPIES = 64;

/** What is wrong with an option that must be one of some words, or null. */
export function noneOf(name: string, value: string, known: readonly string[]): string | null {
  return known.includes(value) ? null : `${name} is '${value}': give ${known.join(" or ")}`;
}
