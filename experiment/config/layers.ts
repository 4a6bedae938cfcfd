import { type Document, isAlias, isMap, isScalar, LineCounter, parseDocument } from "yaml";
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
 * A layer without the options of methods that it names itself and a later one has replaced: what is left
 * of a run's `config.yaml` where the same is to be trained by another method.
 *
 * @param said What lies over it.
 * @returns What is left, and the methods whose options are not.
 */
export function withoutReplaced(
  layer: Layer,
  said: readonly Layer[],
): { readonly left: Layer; readonly replaced: readonly string[] } {
  const own = peek([layer], "algorithm"), asked = peek(said, "algorithm");
  if (typeof own !== "string" || typeof asked !== "string") return { left: layer, replaced: [] };
  const stay = asked.split("+"), gone = own.split("+").filter((name) => !stay.includes(name));
  const section = (key: string) => key.split(".")[0]!; // a text has a part
  const replaced = gone.filter((name) => layer.some(({ key }) => section(key) === name));
  return { left: layer.filter(({ key }) => !replaced.includes(section(key))), replaced };
}

/** Options nest by two at most; what nests deeper than this is refused before a parser follows it. */
const MAX_DEPTH = 32;

/**
 * Options of a YAML text; nested maps become dotted keys.
 *
 * @throws {BadInput} If it is not YAML, nests too deep or is not a map; names the line.
 */
export function yamlLayer(text: string, name: string): Layer {
  const deep = tooDeep(text);
  if (deep !== undefined) throw new BadInput(`Line ${deep} of ${name} nests too deep for options`);
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: "error" });
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
  const walk = (map: unknown, prefix: string, depth: number) => {
    if (!isMap(map)) return;
    for (const { key, value: given } of map.items) {
      const at = isScalar(key) ? key.range?.[0] ?? 0 : 0;
      const where = `line ${lines.linePos(at).line} of ${name}`;
      const full = prefix + String(isScalar(key) ? key.value : key);
      const value = isAlias(given) ? given.resolve(document) : given;
      if (depth > MAX_DEPTH) throw new BadInput(`${full} (${where}) nests too deep for options`);
      if (isMap(value) && value.items.length > 0) walk(value, `${full}.`, depth + 1);
      else settings.push({ key: full, value: toJs(value, document, where), where });
    }
  };
  walk(document.contents, "", 0);
  return settings;
}

/** A YAML node's value; undefined where a key stands alone, as a section of comments does. */
function toJs(node: unknown, document: Document.Parsed, where: string): unknown {
  if (isScalar(node)) return node.value === null && node.source === "" ? undefined : node.value;
  if (node === null || node === undefined) return null;
  try {
    const value = (node as { toJS(document: Document.Parsed): unknown }).toJS(document); // a node
    JSON.stringify(value); // aliases may lead in a circle
    return value;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new BadInput(
      `The aliases of ${where} cannot be followed: ${error.message.split("\n")[0]}`,
    );
  }
}

/**
 * The line at which a text nests deeper than options do, by brackets or by what lines begin with;
 * undefined if none does.
 */
function tooDeep(text: string): number | undefined {
  let depth = 0;
  for (const [i, line] of text.split("\n").entries()) {
    const [lead] = /^[\s?:-]*/.exec(line)!; // it may be empty
    if (lead.replaceAll(/\s+/g, " ").length > 2 * MAX_DEPTH || lead.length > 256) return i + 1;
    for (const letter of line) {
      if (letter === "[" || letter === "{") depth++;
      else if ((letter === "]" || letter === "}") && depth > 0) depth--;
      if (depth > MAX_DEPTH) return i + 1;
    }
  }
  return undefined;
}

/**
 * Options of `--set key=value`; a value is read as YAML (`0.1`, `true`, `[1, 2]`, `text`).
 *
 * @throws {BadInput} If one has no `=`, or a value that nests too deep.
 */
export function setLayer(pairs: readonly string[]): Layer {
  return pairs.map((pair) => {
    const at = pair.indexOf("=");
    if (at < 1) {
      throw new BadInput(`--set takes key=value, not '${pair}': for example --set seed=1`);
    }
    const key = pair.slice(0, at), text = pair.slice(at + 1);
    const value = yamlValue(text, `${key} (--set)`);
    return { key, value, where: "--set" };
  });
}

/**
 * A value given as a text, as YAML reads it; a text that is no YAML stands for itself.
 *
 * @param where What messages call it.
 * @throws {BadInput} If it nests too deep, or has aliases that cannot be followed.
 */
export function yamlValue(text: string, where: string): unknown {
  if (tooDeep(text) !== undefined) throw new BadInput(`${where} nests too deep for options`);
  const document = parseDocument(text, { logLevel: "error" });
  if (document.errors.length > 0) return text;
  return toJs(document.contents, document, where) ?? null;
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
