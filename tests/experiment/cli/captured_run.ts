import { run } from "../../../experiment/cli/main_deno.ts";

/** What a command left behind. */
export interface CapturedRun {
  readonly code: number;
  /** Standard output. */
  readonly out: string;
  /** Standard error. */
  readonly err: string;
}

/** Runs a command in this process and keeps what it prints. */
export async function capturedRun(...args: readonly string[]): Promise<CapturedRun> {
  const { log, error } = console;
  const out: unknown[] = [], err: unknown[] = [];
  console.log = (text) => out.push(text);
  console.error = (text) => err.push(text);
  try {
    return { code: await run(args), out: out.join("\n"), err: err.join("\n") };
  } finally {
    console.log = log;
    console.error = error;
  }
}
