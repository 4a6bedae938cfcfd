import type { Picture } from "@longtail/longtail";

/** An element that the page is known to have. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const found = document.getElementById(id);
  if (!found) throw new Error(`the page has no element '${id}'`);
  return found as T;
}

/** A new element; texts are texts, never markup. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  { hidden, ...properties }: Partial<HTMLElementTagNameMap[K]> & { hidden?: boolean } = {},
  ...children: readonly (Node | string)[]
): HTMLElementTagNameMap[K] {
  const made = document.createElement(tag);
  Object.assign(made, properties);
  // What only repeats a text beside it is not read out.
  if (hidden) made.ariaHidden = "true";
  made.append(...children);
  return made;
}

/** A bar as long as a share; what it says stands beside it as a text. */
export function bar(share: number): HTMLElement {
  const filled = make("i");
  filled.style.width = `${100 * share}%`;
  return make("span", { className: "bar", hidden: true }, filled);
}

/** A share as people read it. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(share < 0.9995 ? 1 : 0)}\u00a0%`;
}

/** A small canvas with an image of red, green and blue bytes. */
export function thumbnail({ width, height, data }: Picture): HTMLCanvasElement {
  const canvas = make("canvas", { width, height, className: "small", hidden: true });
  const pixels = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    pixels.data.set([...data.subarray(3 * i, 3 * i + 3), 255], 4 * i);
  }
  canvas.getContext("2d")!.putImageData(pixels, 0, 0); // a fresh canvas has one
  return canvas;
}

/** Says something where it is shown and read out; `bad` for what went wrong. */
export function say(id: string, text: string, { bad = false } = {}): void {
  const place = byId(id);
  place.classList.toggle("bad", bad);
  place.textContent = text;
}

/** What went wrong, as a sentence. */
export function sentence(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
