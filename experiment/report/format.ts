/** What stands where a number is unknown or undefined. */
export const NOTHING = "–";

/** A no-break space, so that a number keeps its unit. */
const SPACE = "\u00a0";

/** A fraction with one decimal: `57.8 %`. */
export function percent(fraction: number | null | undefined): string {
  return isNumber(fraction) ? `${(100 * fraction).toFixed(1)}${SPACE}%` : NOTHING;
}

/** Three significant digits, with a power of ten where it is very small or large. */
export function number(value: number | null | undefined): string {
  if (!isNumber(value)) return NOTHING;
  const size = Math.abs(value);
  if (size === 0) return "0";
  if (size < 1e-3 || size >= 1e6) return value.toExponential(2);
  return size >= 1000 ? whole(value) : String(Number(value.toPrecision(3)));
}

/** A count: `12,500`. */
export function whole(value: number | null | undefined): string {
  return isNumber(value) ? Math.round(value).toLocaleString("en-US") : NOTHING;
}

/** Seconds as people read them: `2 h 05 min`, `3 min 20 s`, `8.4 s`. */
export function duration(seconds: number | null | undefined): string {
  if (!isNumber(seconds)) return NOTHING;
  if (seconds < 59.95) return `${seconds.toFixed(1)}${SPACE}s`;
  const s = Math.round(seconds), two = (n: number) => String(n).padStart(2, "0");
  return s < 3600
    ? `${Math.floor(s / 60)}${SPACE}min${SPACE}${two(s % 60)}${SPACE}s`
    : `${Math.floor(s / 3600)}${SPACE}h${SPACE}${two(Math.floor(s / 60) % 60)}${SPACE}min`;
}

/** Steps on an axis: `400`, `12k`, `1.5M`. */
export function steps(n: number): string {
  if (n >= 1e6) return `${number(n / 1e6)}M`;
  return n >= 10_000 ? `${number(n / 1000)}k` : String(n);
}

/** A name cut to a length, for axes. */
export function short(name: string, length = 16): string {
  return name.length <= length ? name : `${name.slice(0, length - 1).trimEnd()}…`;
}

/** `1 run`, `2 runs`. */
export function plural(n: number, one: string, many = `${one}s`): string {
  return `${whole(n)} ${n === 1 ? one : many}`;
}

/** `a`, `a and b`, `a, b and c`. */
export function list(names: readonly string[]): string {
  return names.length < 2
    ? names.join("")
    : `${names.slice(0, -1).join(", ")} and ${names[names.length - 1]}`;
}

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}
