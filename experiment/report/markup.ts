/** A piece of HTML that is safe to put into a page. */
export class Markup {
  readonly text: string;

  /** @param text HTML as it is; nothing in it is escaped. */
  constructor(text: string) {
    this.text = text;
  }
}

/** What a template may hold: texts are escaped, lists joined, null leaves nothing. */
export type Content = string | number | Markup | null | readonly Content[];

/**
 * HTML of a template whose values are escaped, so that no name of a run or class can break a page.
 *
 * @example A name with a sign of HTML
 * ```ts
 * import { markup } from "./markup.ts";
 * import assert from "node:assert/strict";
 *
 * assert.equal(markup`<b>${"a < b"}</b>`.text, "<b>a &#60; b</b>");
 * ```
 */
export function markup(parts: TemplateStringsArray, ...values: readonly Content[]): Markup {
  const text = parts.reduce((all, part, i) => all + textOf(values[i - 1] ?? null) + part);
  return new Markup(text);
}

function textOf(content: Content): string {
  if (content === null) return "";
  if (content instanceof Markup) return content.text;
  if (typeof content === "object") return content.map(textOf).join("");
  return String(content).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}
