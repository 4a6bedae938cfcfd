import { CommanderError } from "commander";
import { NoAdapterError } from "../../core/autograd/adapter.ts";
import { DeviceLost } from "../../core/autograd/error_watch.ts";
import { BadInput } from "../../core/bad_input.ts";
import { refusal, RefusedFile } from "../../core/refused_file.ts";
import { Diverged } from "../../core/training/diverged.ts";
import { tell } from "../run/progress_deno.ts";

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
  // Of files that no sentence is made for, standard output for one.
  const refused = refusal(error);
  if (refused !== undefined) {
    tell(`error: ${error instanceof Error ? error.message : refused}`);
    return EXIT.failed;
  }
  tell(error instanceof Error ? error.stack ?? error.message : error);
  return EXIT.failed;
}
