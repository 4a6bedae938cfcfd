import assert from "node:assert/strict";
import config from "../../../deno.json" with { type: "json" };
import { capturedRun } from "./captured_run.ts";

const scratch = await Deno.makeTempDir({ prefix: "longtail-completions-" });
globalThis.addEventListener("unload", () => Deno.removeSync(scratch, { recursive: true }));
await Deno.mkdir(`${scratch}/my-run`);

/** Commands of a checkout alone, which call main files of their own. */
const OF_CHECKOUT = ["golden", "bench", "gpu-check", "test", "check", "page"];

async function scriptOf(shell: string): Promise<string> {
  const { code, out, err } = await capturedRun("completions", shell);
  assert.equal(code, 0, err);
  return out;
}

/** What a shell's own program prints; null where it is not installed. */
async function printed(program: string, ...args: readonly string[]): Promise<string | null> {
  try {
    const { code, stdout, stderr } = await new Deno.Command(program, { args: [...args] }).output();
    assert.equal(code, 0, new TextDecoder().decode(stderr));
    return new TextDecoder().decode(stdout);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** Beginnings of command lines, and what they may become. */
const LINES: readonly (readonly [line: string, offers: readonly string[]])[] = [
  ["tr", ["train"]],
  ["data ins", ["inspect"]],
  ["train --alg", ["--algorithm"]],
  ["train --algorithm simp", ["simpro"]],
  ["train --algorithm fixmatch+das", ["fixmatch+daso"]],
  ["train --set daso.w", ["daso.warmup="]],
  ["data inspect cif", ["cifar10", "cifar100"]],
  ["data split cifar10 --prot", ["--protocol"]],
  ["evaluate x --network ", ["ema", "raw"]],
  ["options learn", ["learningRate"]],
  ["completions ", ["bash", "fish", "zsh"]],
];

Deno.test("bash completes commands, flags, names, stacks, keys and folders", async () => {
  const file = `${scratch}/longtail.bash`;
  await Deno.writeTextFile(file, await scriptOf("bash"));
  const offers = async (line: string) => {
    const words = ["longtail", ...line.split(" ")].map((word) => `'${word}'`).join(" ");
    const said = await printed(
      "bash",
      "-c",
      `source ${file}; COMP_WORDS=(${words}); COMP_CWORD=$((\${#COMP_WORDS[@]} - 1)); _longtail; ` +
        `printf '%s\\n' "\${COMPREPLY[@]}"`,
    );
    return said!.trim().split("\n").toSorted(); // everybody who runs the tests has bash
  };
  for (const [line, expected] of LINES) assert.deepEqual(await offers(line), expected, line);
  assert.deepEqual(await offers(`evaluate ${scratch}/my`), [`${scratch}/my-run`]);
  assert.deepEqual(await offers("train --steps "), [""]);
});

Deno.test("fish completes the same, where it is installed", async () => {
  const file = `${scratch}/longtail.fish`;
  await Deno.writeTextFile(file, await scriptOf("fish"));
  for (const [line, expected] of LINES) {
    const said = await printed("fish", "-c", `source ${file}; complete -C 'longtail ${line}'`);
    if (said === null) return;
    const offers = said.trim().split("\n").map((offer) => offer.split("\t")[0]!).toSorted();
    assert.deepEqual(offers, expected, line);
  }
});

Deno.test("zsh reads its script, where it is installed, and finds a function for each command", async () => {
  const file = `${scratch}/_longtail`, script = await scriptOf("zsh");
  await Deno.writeTextFile(file, script);
  assert.match(script, /^#compdef longtail\n/);
  for (const name of ["train", "data", "data_inspect", "plugin_check", "completions"]) {
    assert.match(script, new RegExp(`^_longtail_${name}\\(\\) \\{$`, "m"));
  }
  assert.match(script, /'--algorithm\[.*\]:value:_sequence -s \+ compadd - supervised /);
  assert.match(script, /'\*--set\[.*daso\.warmup=/);
  const functions = await printed(
    "zsh",
    "-f",
    "-c",
    `compdef() {}; source ${file}; print -l \${(k)functions}`,
  );
  if (functions !== null) assert.match(functions, /^_longtail_data_split$/m);
});

Deno.test("scripts know every command that is a task", async () => {
  const script = await scriptOf("bash");
  const [, offered = ""] = /'' *\) .*_longtail_words '(train [^']*)'/.exec(script) ?? [];
  const tasks = Object.keys(config.tasks).filter((name) => !OF_CHECKOUT.includes(name));
  assert.deepEqual(offered.split(" ").toSorted(), tasks.toSorted());
});

Deno.test("completions refuses a shell that it has no script for", async () => {
  const { code, out, err } = await capturedRun("completions", "tcsh");
  assert.deepEqual([code, out], [2, ""]);
  assert.match(
    err,
    /^error: There is no shell 'tcsh'; did you mean 'bash'\? Known: bash, zsh, fish$/,
  );
});
