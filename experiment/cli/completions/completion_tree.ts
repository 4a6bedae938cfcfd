import type { Argument, Command, Option } from "commander";

/** What a shell offers for a value. */
export type Offer =
  | { readonly kind: "words"; readonly words: readonly string[] }
  /** Names joined by `+`. */
  | { readonly kind: "stack"; readonly words: readonly string[] }
  /** Keys that are followed by `=` and a value. */
  | { readonly kind: "keys"; readonly words: readonly string[] }
  | { readonly kind: "files" }
  | { readonly kind: "folders" }
  /** A number or a text that nobody can guess. */
  | { readonly kind: "nothing" };

/** A flag as shells complete it. */
export interface FlagOffer {
  /** With its hyphens. */
  readonly flag: string;
  readonly description: string;
  /** What follows it; null for a switch. */
  readonly value: Offer | null;
}

/** A command as shells complete it. */
export interface CommandOffer {
  /** Words of the command line that name it, none for the program. */
  readonly path: readonly string[];
  readonly description: string;
  readonly commands: readonly CommandOffer[];
  readonly flags: readonly FlagOffer[];
  /** What stands after it without a flag, the last for all that follow. */
  readonly arguments: readonly Offer[];
}

/** Names that values may have, by the flag or by `COMMAND ARGUMENT` that takes them. */
export type OfferedNames = Readonly<Record<string, Offer>>;

/**
 * What can be completed of a program.
 *
 * @param names What flags and arguments take whose values have names.
 */
export function completionTree(
  program: Command,
  names: OfferedNames,
  path: readonly string[] = [],
): CommandOffer {
  const help = program.createHelp();
  const commands = help.visibleCommands(program).filter((command) => command.name() !== "help");
  return {
    path,
    description: program.description(),
    commands: commands.map((command) => completionTree(command, names, [...path, command.name()])),
    flags: help.visibleOptions(program).flatMap((option) => {
      const { long } = option;
      if (typeof long !== "string") return [];
      const value = option.required || option.optional ? names[long] ?? offerOf(option) : null;
      return [{ flag: long, description: option.description, value }];
    }),
    arguments: program.registeredArguments.map((argument) =>
      names[[...path, argument.name()].join(" ")] ?? offerOf(argument)
    ),
  };
}

/** All commands of a tree that take flags or arguments. */
export function flatCommands(tree: CommandOffer): readonly CommandOffer[] {
  return [tree, ...tree.commands.flatMap(flatCommands)];
}

/** What a value's placeholder asks for. */
function offerOf(of: Option | Argument): Offer {
  const placeholder = "flags" in of ? /[<[]([^>\]]*)[>\]]/.exec(of.flags)?.[1] ?? "" : of.name();
  if (/^(dir|run)\b/.test(placeholder)) return { kind: "folders" };
  if (/file|^(images|plan|specifier)\b/.test(placeholder)) return { kind: "files" };
  return { kind: "nothing" };
}
