import type { Section } from "./report_text.ts";

const HEADING = /^## (.+)$/m;

/**
 * Puts sections into a text of results, each in place of the one of its name; others stay.
 *
 * @param order Names of all cases; what is not among them is dropped.
 */
export function mergeResults(
  text: string,
  sections: readonly Section[],
  order: readonly string[],
): string {
  const [head = "", ...parts] = text.split(HEADING);
  const known = new Map<string, string>();
  for (let i = 0; i < parts.length; i += 2) {
    known.set(parts[i] ?? "", (parts[i + 1] ?? "").trim());
  }
  for (const { name, text } of sections) known.set(name, text);
  const all = order.flatMap((name) => {
    const text = known.get(name);
    return text === undefined ? [] : [`## ${name}\n\n${text}`];
  });
  return `${[head.trim(), ...all].join("\n\n")}\n`;
}
