import type { ErasedSpec } from "../../core/training/plugin/algorithm.ts";
import { choicesOf } from "./json_schema.ts";
import { OPTIMIZERS } from "./optimizer_options.ts";
import { OPTIONS } from "./options.ts";

/** An option as people look it up. */
export interface OptionRow {
  /** Dotted key, as `--set` takes it. */
  readonly key: string;
  /** What it is if nobody says; undefined where it may be left out. */
  readonly default: unknown;
  /** What it is, in a sentence with its unit; empty where a method from outside does not say. */
  readonly doc: string;
  /** The texts that it may be, where only a few are. */
  readonly choices: readonly string[];
  /** Whose it is: of every run, of an optimizer, or of a method. */
  readonly of: { readonly kind: "run" | "optimizer" | "method"; readonly name: string };
  /** Whether a method's recipe may state it. */
  readonly recipe: boolean;
}

/**
 * Every option, in the order of `config.yaml`: those of a run, of each kind of optimizer, and of methods.
 *
 * @param methods Methods whose options are among them.
 */
export function optionRows(methods: readonly ErasedSpec[]): readonly OptionRow[] {
  const run = [...OPTIONS].map(([key, option]): OptionRow => ({
    key,
    default: option.default,
    doc: option.doc,
    choices: choicesOf(option),
    of: { kind: "run", name: "run" },
    recipe: option.recipe,
  }));
  const optimizers = [...OPTIMIZERS].flatMap(([name, rows]) =>
    [...rows].map(([key, row]): OptionRow => ({
      key: `optimizer.${key}`,
      default: row.default,
      doc: row.doc,
      choices: [],
      of: { kind: "optimizer", name },
      recipe: true,
    }))
  );
  const own = methods.flatMap(({ name, defaults, docs = {} }) =>
    Object.entries(defaults).map(([key, value]): OptionRow => ({
      key: `${name}.${key}`,
      default: value,
      doc: docs[key] ?? "",
      choices: [],
      of: { kind: "method", name },
      recipe: true,
    }))
  );
  return [...run, ...optimizers, ...own];
}

/**
 * The options of a method, a stack, a section, or a single one.
 *
 * @param what Names joined by `+`, such as `daso`, `fixmatch+daso`, `batch` or `learningRate`.
 */
export function rowsOf(what: string, rows: readonly OptionRow[]): readonly OptionRow[] {
  const names = what.split("+");
  return rows.filter(({ key }) => names.some((name) => key === name || key.startsWith(`${name}.`)));
}
