import type { Command } from "commander";
import { recipes } from "../../../algorithms/recipes/recipes.ts";
import { algorithms } from "../../../algorithms/registry.ts";
import { ADAPTER_CHOICES } from "../../../core/autograd/adapter.ts";
import { named } from "../../../core/names.ts";
import { MODEL_NAMES } from "../../../core/nn/model_registry.ts";
import { datasetNames } from "../../../datasets/sets/set_info.ts";
import { protocols } from "../../../datasets/split/protocols/make_split.ts";
import { augmentationNames } from "../../../datasets/views/published/published_views.ts";
import { optionRows } from "../../config/option_rows.ts";
import { SHIFTS } from "../../evaluation/shifted_scores.ts";
import { TABLE_FORMS } from "../../tables/render_table.ts";
import { COMPLETION_SCRIPTS } from "./completion_scripts.ts";
import { completionTree, type Offer, type OfferedNames } from "./completion_tree.ts";

/** `completions SHELL`: a script that lets a shell complete commands, flags, names and options. */
export function completionsCommand(shell: string, program: Command): Promise<void> {
  const script = named(Object.entries(COMPLETION_SCRIPTS), "shell")(shell);
  console.log(script(program.name(), completionTree(program, offeredNames())).trimEnd());
  return Promise.resolve();
}

/** Names that there are, from the tables that commands look them up in. */
function offeredNames(): OfferedNames {
  const specs = algorithms.map(({ spec }) => spec);
  const rows = optionRows(specs), keys = [...new Set(rows.map(({ key }) => key))];
  const sections = keys.flatMap((key) => key.includes(".") ? [key.split(".")[0]!] : []); // a text has a part
  const words = (...words: readonly string[]): Offer => ({ kind: "words", words });
  const sets = words(...datasetNames);
  return {
    "--algorithm": { kind: "stack", words: specs.map(({ name }) => name) },
    "--recipe": words(...recipes.map(({ name }) => name)),
    "--dataset": sets,
    "--model": words(...MODEL_NAMES),
    "--protocol": words(...protocols.keys()),
    "--augment": words(...augmentationNames),
    "--adapter": words(...ADAPTER_CHOICES),
    "--set": { kind: "keys", words: keys.map((key) => `${key}=`) },
    "--network": words("ema", "raw"),
    "--norm": words("running", "batch"),
    "--on": words("test", "validation", "unlabeled"),
    "--prior": words("uniform", "labeled", "unlabeled", "test"),
    "--shift": words(...SHIFTS),
    "--engine": words("local", "slurm"),
    "--table": words(...Object.keys(TABLE_FORMS)),
    "list what": words("options", "experiments"),
    "options what": words(...new Set([...sections, ...keys])),
    "completions shell": words(...Object.keys(COMPLETION_SCRIPTS)),
    ...Object.fromEntries(
      ["prepare", "inspect", "split", "augment"].map((verb) => [`data ${verb} name`, sets]),
    ),
  };
}
