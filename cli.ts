/**
 * The command line: reads the verb and calls one file of `experiment/cli`.
 *
 * @module
 */
import { run } from "./experiment/cli/main_deno.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
