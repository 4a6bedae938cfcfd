/** What is wrong with options that must lie between 0 and 1, or null. */
export function outsideUnit(options: Readonly<Record<string, number>>): string | null {
  const wrong = Object.entries(options).find(([, value]) => !(value >= 0 && value <= 1));
  return wrong ? `${wrong[0]} is ${wrong[1]}: give a number from 0 to 1` : null;
}

/** What is wrong with options that must not be negative, or null. */
export function negative(options: Readonly<Record<string, number>>): string | null {
  const wrong = Object.entries(options).find(([, value]) => !(value >= 0));
  return wrong ? `${wrong[0]} is ${wrong[1]}: give a number of at least 0` : null;
}

/** What is wrong with an option that must be one of some words, or null. */
export function noneOf(name: string, value: string, known: readonly string[]): string | null {
  return known.includes(value) ? null : `${name} is '${value}': give ${known.join(" or ")}`;
}
