/** What stands for a password or token that is not written down. */
const MASK = "***";

/** How an address begins; of one that was taken for a path a slash is left. No letter of a drive. */
const ADDRESS = /[a-z][a-z\d+.-]+:\/{1,2}/i;

/** User and password of an address: all up to the last `@` before a path begins. */
const USER = new RegExp(`(${ADDRESS.source})[^\\s/?#]*@`, "gi");

/** Values of an address's query, any of which may be a token. */
const QUERY = /([?&][^=&#\s]+=)[^&#\s]+/g;

/**
 * A text as it may be kept in a run's folder, which people hand on: passwords and tokens in addresses
 * are masked. Paths stay as they are.
 *
 * @example
 * ```ts ignore
 * withoutSecrets("https://me:secret@host/method.ts?token=abc&v=2");
 * // https://***@host/method.ts?token=***&v=***
 * ```
 */
export function withoutSecrets(text: string): string {
  if (!ADDRESS.test(text)) return text;
  return text.replace(USER, `$1${MASK}@`).replace(QUERY, `$1${MASK}`);
}

/** The same for all texts in nested options. */
export function optionsWithoutSecrets<T>(value: T): T {
  if (typeof value === "string") return withoutSecrets(value) as T;
  if (Array.isArray(value)) return value.map(optionsWithoutSecrets) as T;
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).map(([key, v]) => [key, optionsWithoutSecrets(v)]);
  return Object.fromEntries(entries) as T;
}
