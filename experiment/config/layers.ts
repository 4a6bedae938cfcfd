import { isMap, isScalar, LineCounter, parse, parseDocument } from "yaml";
import { BadInput } from "../../core/bad_input.ts";

/** One option that somebody has set, and where, for messages. */
export interface Setting {
  /** Dotted key, e.g. `split.labeledMax`. */
  readonly key: string;
  /** Undefined where a file names a key and says nothing of it. */
  readonly value: unknown;
  /** E.g. `line 3 of run.yaml` or `--set`. */
  readonly where: string;
}

/** Options given as one text, in the order in which they were set. */
export type Layer = readonly Setting[];

/** The last value that any layer gives a key, before anything is checked. */
export function peek(layers: readonly Layer[], key: string): unknown {
  return layers.flat().findLast((s) => s.key === key && s.value !== undefined)?.value;
}

/**
 * Options of a YAML text; nested maps become dotted keys.
 *
 * @throws {BadInput} If it is not YAML or not a map; names the line.
 */
export function yamlLayer(text: string, name: string): Layer {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines });
  const [error] = document.errors;
  if (error) {
    throw new BadInput(
      `Line ${lines.linePos(error.pos[0]).line} of ${name} is not YAML: ${
        error.message.split("\n")[0]
      }`,
    );
  }
  if (document.contents === null) return [];
  if (!isMap(document.contents)) throw new BadInput(`${name} is not a map of options`);
  const settings: Setting[] = [];
  const walk = (map: unknown, prefix: string) => {
    if (!isMap(map)) return;
    for (const { key, value } of map.items) {
      const at = isScalar(key) ? key.range?.[0] ?? 0 : 0;
      const where = `line ${lines.linePos(at).line} of ${name}`;
      const full = prefix + String(isScalar(key) ? key.value : key);
      if (isMap(value) && value.items.length > 0) walk(value, `${full}.`);
      else settings.push({ key: full, value: isMap(value) ? {} : toJs(value), where });
    }
  };
  walk(document.contents, "");
  return settings;
}

/** A YAML node's value; undefined where a key stands alone, as a section of comments does. */
function toJs(node: unknown): unknown {
  if (isScalar(node)) return node.value === null && node.source === "" ? undefined : node.value;
  return (node as { toJSON(): unknown } | null)?.toJSON() ?? null;
}

/**
 * Options of `--set key=value`; a value is read as YAML (`0.1`, `true`, `[1, 2]`, `text`).
 *
 * @throws {BadInput} If one has no `=`.
 */
export function setLayer(pairs: readonly string[]): Layer {
  return pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new BadInput(`--set takes key=value, not '${pair}': for example --set seed=1`);
    }
    const text = pair.slice(at + 1);
    let value: unknown;
    try {
      value = parse(text) ?? null;
    } catch {
      value = text;
    }
    return { key: pair.slice(0, at), value, where: "--set" };
  });
}

/** Flattens nested options to dotted keys; lists and empty maps are values. */
export function objectLayer(options: object, where: string, prefix = ""): Layer {
  return Object.entries(options).flatMap(([key, value]) =>
    typeof value === "object" && value !== null && !Array.isArray(value) &&
      Object.keys(value).length > 0
      ? objectLayer(value, where, `${prefix}${key}.`)
      : value === undefined
      ? []
      : [{ key: prefix + key, value, where }]
  );
}
