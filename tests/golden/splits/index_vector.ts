import type { Check } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";

/** Endings under which a fixture tells about a vector that it does not hold whole. */
const PARTS = ["length", "sha256", "head", "tail", "per_class"];

/** The name of the vector that a tensor or scalar tells about: `a/head` and `a` belong to `a`. */
export function vectorName(name: string): string {
  const at = name.lastIndexOf("/");
  return at >= 0 && PARTS.includes(name.slice(at + 1)) ? name.slice(0, at) : name;
}

/** Names of all vectors, tensors and scalars of a case, parts counted as their vector. */
export function vectorNames(c: GoldenCase): string[] {
  return [...new Set([...c.tensorNames, ...c.scalarNames].map(vectorName))];
}

/**
 * Compares a list of indices with all that a case says of it: the whole list, or its length, hash
 * and ends; how many of each class.
 *
 * @param options `labels`: class of each index, where the case counts classes.
 */
export async function checkIndices(
  c: GoldenCase,
  check: Check,
  { name, got, labels }: {
    readonly name: string;
    readonly got: ArrayLike<number>;
    readonly labels?: ArrayLike<number>;
  },
): Promise<void> {
  const list = Int32Array.from(got);
  if (c.has(name)) check.equal(name, list, c.tensor(name));
  const part = (ending: string) => `${name}/${ending}`;
  if (c.hasScalar(part("length"))) {
    check.equal(part("length"), list.length, c.scalar(part("length")));
  }
  if (c.hasScalar(part("sha256"))) {
    check.equal(part("sha256"), await sha256(list), c.scalar(part("sha256")));
  }
  if (c.has(part("head"))) {
    const want = c.ints(part("head"));
    check.equal(part("head"), list.subarray(0, want.length), want);
  }
  if (c.has(part("tail"))) {
    const want = c.ints(part("tail"));
    check.equal(part("tail"), list.subarray(Math.max(0, list.length - want.length)), want);
  }
  if (c.has(part("per_class"))) {
    const want = c.ints(part("per_class")), counts = new Int32Array(want.length);
    if (!labels) throw new TypeError(`Cannot count the classes of ${name}: no labels were given`);
    for (const i of list) counts[labels[i] ?? -1]!++; // a foreign label counts nowhere
    check.equal(part("per_class"), counts, want);
  }
}

/** SHA-256 of the indices as little-endian int32. */
export async function sha256(list: Int32Array): Promise<string> {
  const bytes = new DataView(new ArrayBuffer(list.length * 4));
  list.forEach((value, i) => bytes.setInt32(i * 4, value, true));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return [...new Uint8Array(digest)].map((b) => b.toString(16).padStart(2, "0")).join("");
}
