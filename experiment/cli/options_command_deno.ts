import { algorithms } from "../../algorithms/registry.ts";
import { BadInput } from "../../core/bad_input.ts";
import type { ErasedSpec } from "../../core/training/plugin/algorithm.ts";
import { formulaLines } from "../config/formula_lines.ts";
import { meantKey, OTHER_NAMES } from "../config/key_names.ts";
import { type OptionRow, optionRows, rowsOf } from "../config/option_rows.ts";
import { loadPlugins } from "./load_plugins_deno.ts";

/** Flags of `options`. */
export interface OptionsFlags {
  readonly json?: boolean;
  readonly plugin?: readonly string[];
}

/** `options [METHOD|SECTION|OPTION]`: what can be set, what it is, and what it is if nobody says. */
export async function optionsCommand(
  what: string | undefined,
  { json = false, plugin = [] }: OptionsFlags,
): Promise<void> {
  const { algorithms: own } = await loadPlugins(plugin);
  const methods = [...algorithms, ...own].map(({ spec }) => spec);
  const rows = optionRows(methods);
  const found = what === undefined ? rows : asked(what, rows, methods);
  if (json) console.log(JSON.stringify({ options: found.map(forScripts) }));
  else printOptions(found, methods, what?.split("+"));
}

/**
 * Prints options with defaults and what they are; those of methods and optimizers under their names.
 *
 * @param asked Names that were asked for: methods among them show their formulas.
 */
export function printOptions(
  rows: readonly OptionRow[],
  methods: readonly ErasedSpec[],
  asked: readonly string[] = [],
): void {
  for (const [name, group] of Map.groupBy(rows, ({ of }) => of.name)) {
    const [{ of: { kind } }] = group as [OptionRow]; // no group is empty
    const method = methods.find((m) => kind === "method" && m.name === name);
    if (method) {
      console.log(`${name}: ${method.kind}, ${method.paper}`);
      const lines = asked.includes(name) ? formulaLines(method.formulas ?? {}, "    ") : [];
      if (lines.length > 0) console.log(lines.join("\n"));
    }
    if (kind === "optimizer") console.log(`optimizer.kind=${name}`);
    for (const row of group) {
      const names = otherNames(row.key);
      console.log(
        `${row.key}${row.default === undefined ? "" : `=${JSON.stringify(row.default)}`}`,
      );
      const more = [
        row.doc,
        ...row.choices.length === 0 ? [] : [`One of ${row.choices.join(", ")}.`],
        ...names.length === 0 ? [] : [`Elsewhere ${names.join(", ")}.`],
      ].filter((part) => part !== "");
      if (more.length > 0) console.log(`    ${more.join(" ")}`);
    }
  }
}

/** What PyTorch and USB call an option. */
function otherNames(key: string): readonly string[] {
  return Object.entries(OTHER_NAMES).filter(([, own]) =>
    own.startsWith(".") ? key.endsWith(own) : key === own
  ).map(([name]) => name);
}

/** The options that are asked for; a method without any says so. */
function asked(
  what: string,
  rows: readonly OptionRow[],
  methods: readonly ErasedSpec[],
): readonly OptionRow[] {
  const found = rowsOf(what, rows);
  if (found.length > 0) return found;
  if (methods.some(({ name }) => name === what)) {
    throw new BadInput(`The method '${what}' has no options of its own`);
  }
  const keys = rows.map(({ key }) => key);
  const sections = keys.flatMap((key) => key.includes(".") ? [key.split(".")[0]!] : []); // a text has a part
  throw new BadInput(
    `There is no option, section or method '${what}'; did you mean '${
      meantKey(what, [...keys, ...new Set(sections)])
    }'?`,
  );
}

function forScripts({ key, default: fallback = null, doc, choices, of, recipe }: OptionRow) {
  return { option: key, default: fallback, doc, choices, of: of.name, recipe };
}
