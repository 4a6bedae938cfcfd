import * as Plot from "@observablehq/plot";
import { parseHTML } from "linkedom";
import { Markup } from "./markup.ts";
import type { Setting } from "./settings.ts";

/** Where charts are drawn: a document without a browser. */
const { document } = parseHTML("<html></html>") as unknown as {
  readonly document: NonNullable<Plot.PlotOptions["document"]>;
};

/** Width of a chart in px, which is that of a phone: elsewhere several stand side by side. */
export const WIDTH = 380;

/** Colours of the style sheet, `--c0` to `--c5`, and strokes for settings beyond them. */
const COLORS = 6;
const DASHES = ["", "6 3", "2 2.5", "8 3 2 3"] as const;

/** Signs of the dots, so that colour is not all that tells settings apart. */
const SYMBOLS = ["circle", "square", "triangle", "diamond", "star", "wye", "cross"] as const;

/** How the lines and dots of a setting look. */
export interface Look {
  /** A CSS colour that follows the theme. */
  readonly color: string;
  /** Lengths of dashes and gaps; empty for a solid line. */
  readonly dash: string;
  readonly symbol: (typeof SYMBOLS)[number];
}

/** The look of a setting, the same in all charts. */
export function lookOf({ index }: Pick<Setting, "index">): Look {
  return {
    color: `var(--c${index % COLORS})`,
    dash: DASHES[Math.floor(index / COLORS) % DASHES.length]!, // inside the list
    symbol: SYMBOLS[index % SYMBOLS.length]!, // inside the list
  };
}

/**
 * Draws a chart as SVG that the page can hold: its colours are variables of the style sheet, so that
 * one drawing serves light and dark.
 *
 * @param says What a listener is told of it.
 */
export function chart(options: Plot.PlotOptions, says: string): Markup {
  const drawn = Plot.plot({
    document,
    width: WIDTH,
    height: 230,
    marginLeft: 46,
    marginRight: 14,
    marginTop: 14,
    marginBottom: 34,
    style: { fontSize: "11px", fontFamily: "inherit", overflow: "visible" },
    ...options,
  });
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", says);
  drawn.querySelector("style")?.remove();
  for (const part of drawn.querySelectorAll("g")) part.removeAttribute("aria-label");
  return new Markup(rounded(drawn.outerHTML));
}

/** A short line or dot in the look of a setting, for legends and tables. */
export function swatch(look: Look): Markup {
  const line = Plot.lineY([0, 0], {
    stroke: look.color,
    strokeDasharray: look.dash,
    strokeWidth: 2.5,
  });
  const dot = Plot.dotY([0], { x: [0.5], fill: look.color, symbol: look.symbol, r: 4 });
  const drawn = Plot.plot({
    document,
    width: 30,
    height: 14,
    margin: 2,
    axis: null,
    x: { domain: [0, 1] },
    y: { domain: [-1, 1] },
    marks: [line, dot],
  });
  drawn.setAttribute("aria-hidden", "true");
  drawn.setAttribute("class", "swatch");
  drawn.querySelector("style")?.remove();
  for (const part of drawn.querySelectorAll("g")) part.removeAttribute("aria-label");
  return new Markup(rounded(drawn.outerHTML));
}

/** Two decimals are a hundredth of a pixel; more only make the page long. */
function rounded(svg: string): string {
  return svg.replace(
    /="[^"]*"/g,
    (attribute) => attribute.replace(/-?\d+\.\d{3,}/g, (n) => String(Number(Number(n).toFixed(2)))),
  );
}
