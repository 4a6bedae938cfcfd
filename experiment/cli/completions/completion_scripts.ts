import { type CommandOffer, flatCommands, type Offer } from "./completion_tree.ts";

/** Makes the script of a shell that completes a program. */
export type CompletionScript = (name: string, tree: CommandOffer) => string;

/** Scripts by the name of their shell. */
export const COMPLETION_SCRIPTS: Readonly<Record<string, CompletionScript>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};

// Bash.

function bashScript(name: string, tree: CommandOffer): string {
  const commands = flatCommands(tree);
  const groups = tree.commands.filter(({ commands }) => commands.length > 0);
  const values = commands.flatMap(({ path, flags }) =>
    flags.flatMap(({ flag, value }) =>
      value === null
        ? []
        : [`    ${quote([...path, flag].join(" "))}) ${bashOffer(value)}; return ;;`]
    )
  );
  const words = commands.map(({ path, commands, flags, arguments: [first] }) => {
    const plain = commands.length > 0
      ? `_${name}_words ${quote(commands.map(({ path }) => path.at(-1)).join(" "))}`
      : bashOffer(first ?? { kind: "nothing" });
    const switches = `_${name}_words ${quote(flags.map(({ flag }) => flag).join(" "))}`;
    return `    ${
      quote(path.join(" "))
    }) if [[ $cur == -* ]]; then ${switches}; else ${plain}; fi ;;`;
  });
  return `# ${name} completions bash: source <(${name} completions bash)
_${name}_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_${name}_files() { COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; }
_${name}_folders() { COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames 2>/dev/null; }
_${name}_keys() { COMPREPLY=($(compgen -W "$1" -- "$cur")); compopt -o nospace 2>/dev/null; }
_${name}_stack() {
  local head=
  [[ $cur == *+* ]] && head=\${cur%+*}+
  COMPREPLY=($(compgen -P "$head" -W "$1" -- "\${cur##*+}"))
}
_${name}() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]} path=
  COMPREPLY=()
  if ((COMP_CWORD > 1)); then path=\${COMP_WORDS[1]}; fi
  case $path in
    ${
    groups.map(({ path }) => path[0]).join("|")
  }) if ((COMP_CWORD > 2)); then path="$path \${COMP_WORDS[2]}"; fi ;;
  esac
  case "$path $prev" in
${values.join("\n")}
  esac
  case $path in
${words.join("\n")}
  esac
}
complete -F _${name} ${name}
`.replaceAll(/bash_/g, `_${name}_`);
}

function bashOffer(offer: Offer): string {
  if (offer.kind === "nothing") return ":";
  if (offer.kind === "files" || offer.kind === "folders") return `bash_${offer.kind}`;
  return `bash_${offer.kind} ${quote(offer.words.join(" "))}`;
}

// Zsh.

function zshScript(name: string, tree: CommandOffer): string {
  const functions = flatCommands(tree).map((command) => {
    const { path, commands, flags } = command;
    const own = ["", name, ...path].join("_");
    const specs = flags.map(({ flag, description, value }) => {
      const said = description.replaceAll(/[\\[\]:]/g, "\\$&");
      // A flag may be given again, as \`--set\` is.
      const head = value?.kind === "keys" ? `*${flag}` : flag;
      return quote(`${head}[${said}]${value === null ? "" : `:value:${zshOffer(value)}`}`);
    });
    if (commands.length === 0) {
      const offers = command.arguments;
      const places = offers.map((offer, i) =>
        quote(`${i === offers.length - 1 ? "*" : i + 1}:value:${zshOffer(offer)}`)
      );
      return `${own}() {\n  _arguments ${[...specs, ...places].join(" \\\n    ")}\n}`;
    }
    const listed = commands.map(({ path, description }) =>
      quote(`${path.at(-1)}:${description.replaceAll(":", "\\:")}`)
    );
    const cases = commands.map(({ path }) =>
      `      ${path.at(-1)}) ${["", name, ...path].join("_")} ;;`
    );
    return `${own}() {
  local curcontext=$curcontext state line
  _arguments -C ${[...specs, "'1: :->command'", "'*:: :->rest'"].join(" \\\n    ")}
  case $state in
    command)
      local -a commands=(${listed.join(" ")})
      _describe command commands ;;
    rest) case $words[1] in
${cases.join("\n")}
    esac ;;
  esac
}`;
  });
  return `#compdef ${name}
# ${name} completions zsh > "\${fpath[1]}/_${name}"
${functions.join("\n\n")}

if [ "$funcstack[1]" = _${name} ]; then _${name} "$@"; else compdef _${name} ${name}; fi
`;
}

function zshOffer(offer: Offer): string {
  switch (offer.kind) {
    case "nothing":
      return "";
    case "files":
      return "_files";
    case "folders":
      return "_files -/";
    case "keys":
      return `compadd -S "" -- ${offer.words.join(" ")}`;
    case "stack":
      return `_sequence -s + compadd - ${offer.words.join(" ")}`;
    case "words":
      return `(${offer.words.join(" ")})`;
  }
}

// Fish.

function fishScript(name: string, tree: CommandOffer): string {
  const lines = flatCommands(tree).flatMap(({ path, commands, flags, arguments: [first] }) => {
    const here = path.length === 0
      ? "__fish_use_subcommand"
      : path.map((word) => `__fish_seen_subcommand_from ${word}`).join("; and ");
    const within = commands.map(({ path }) => path.at(-1)).join(" ");
    const open = path.length === 0
      ? here
      : `${here}; and not __fish_seen_subcommand_from ${within}`;
    return [
      ...commands.map(({ path, description }) =>
        `complete -c ${name} -n ${quote(open)} -a ${path.at(-1)} -d ${quote(description)}`
      ),
      ...flags.map(({ flag, description, value }) =>
        `complete -c ${name} -n ${quote(here)} -l ${flag.slice(2)} ` +
        `${value === null ? "" : `${fishOffer(value)} `}-d ${quote(description)}`
      ),
      ...first && commands.length === 0 && first.kind !== "nothing"
        ? [`complete -c ${name} -n ${quote(here)} ${fishOffer(first).replace(/^-[xr] ?/, "")}`]
        : [],
    ];
  });
  return `# ${name} completions fish > ~/.config/fish/completions/${name}.fish
complete -c ${name} -f
${lines.join("\n")}
`;
}

function fishOffer(offer: Offer): string {
  switch (offer.kind) {
    case "nothing":
      return "-x";
    case "files":
      return "-r -F";
    case "folders":
      return `-x -a ${quote("(__fish_complete_directories)")}`;
    case "stack":
      return `-x -a ${
        quote(
          `(set -l head (string match -r '.*\\+' -- (commandline -ct)); printf "$head%s\\n" ${
            offer.words.join(" ")
          })`,
        )
      }`;
    case "keys":
    case "words":
      return `-x -a ${quote(offer.words.join(" "))}`;
  }
}

/** A text in single quotes, as all three shells read it. */
function quote(text: string): string {
  return `'${text.replaceAll("'", `'"'"'`)}'`;
}
