/**
 * The command line: reads the verb and calls one file of `core/experiment/commands`.
 *
 * @module
 */
import { run } from "./core/experiment/commands/main_file.ts";

if (import.meta.main) Deno.exit(await run(Deno.args));
