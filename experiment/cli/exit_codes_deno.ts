import { CommanderError } from "commander";
import { NoAdapterError } from "../../core/autograd/adapter.ts";
import { DeviceLost } from "../../core/autograd/error_watch.ts";
import { BadInput } from "../../core/bad_input.ts";
import { refusal, RefusedFile } from "../../core/refused_file.ts";
import { Diverged } from "../../core/training/diverged.ts";
import { SlotFailed } from "../../core/training/plugin/slot_failed.ts";
import { tell } from "../run/progress_deno.ts";
import { pluginOf } from "./load_plugins_deno.ts";

/** Exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, badInput: 2, noAdapter: 3, interrupted: 130 } as const;

/**
 * Says on standard error what went wrong: in one sentence where it is the user's to mend, in full where
 * it is ours.
 *
 * @returns The exit code that goes with it.
 */
export function reportError(error: unknown): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return EXIT.done; // --help, --version
    if (error.code !== "commander.help") tell(error.message);
    return EXIT.badInput;
  }
  if (error instanceof BadInput) {
    tell(`error: ${error.message}`);
    return EXIT.badInput;
  }
  if (error instanceof Deno.errors.NotCapable) {
    tell(`error: ${error.message}; docs/guides/trust.md says what each command needs`);
    return EXIT.badInput;
  }
  if (error instanceof NoAdapterError) {
    tell(`error: ${error.message}`);
    return EXIT.noAdapter;
  }
  if (error instanceof RefusedFile || error instanceof Diverged || error instanceof DeviceLost) {
    tell(`error: ${error.message}`);
    return EXIT.failed;
  }
  if (error instanceof SlotFailed) {
    tell(`error: ${error.message}${whereToLook(error)}`);
    return EXIT.failed;
  }
  // Of files that no sentence is made for, standard output for one.
  const refused = refusal(error);
  if (refused !== undefined) {
    tell(`error: ${error instanceof Error ? error.message : refused}`);
    return EXIT.failed;
  }
  tell(error instanceof Error ? error.stack ?? error.message : error);
  return EXIT.failed;
}

/** Where a slot's error came from, and what finds more of them; in full where the method is ours. */
function whereToLook({ method, cause }: SlotFailed): string {
  const stack = cause instanceof Error ? cause.stack ?? "" : "", plugin = pluginOf(method);
  if (plugin === undefined) return `\n${stack}`;
  const name = plugin.slice(plugin.lastIndexOf("/") + 1);
  const at = stack.split("\n").map((line) => /[^/]+:\d+:\d+(?=\)?$)/.exec(line)?.[0])
    .find((place) => place?.startsWith(`${name}:`));
  return `${
    at === undefined ? "" : ` (${at})`
  }; \`deno task plugin check ${plugin}\` compiles it ` +
    "and tries it on every base";
}
