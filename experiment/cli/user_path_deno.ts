import { isAbsolute, join } from "node:path";
import process from "node:process";

/** A path as the user meant it: relative to where they called, which `deno task` has left. */
export function userPath(path: string): string {
  if (isAbsolute(path)) return path;
  return join(Deno.env.get("INIT_CWD") ?? process.cwd(), path);
}
