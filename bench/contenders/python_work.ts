/**
 * Work that a process of Python does: `python_work.py` is its other end.
 *
 * @module
 */
import { fileURLToPath } from "node:url";
import type { Work } from "../contender.ts";
import { ByteReader } from "./byte_reader.ts";

/** Debian's packages are for its own Python, which need not be the first one on the path. */
const PYTHONS = ["python3", "/usr/bin/python3"];

/** A Python that has what a contender needs. */
export interface Python {
  readonly command: string;
  /** What it printed when it was asked for it. */
  readonly said: string;
}

/** What {@link startPythonWork} starts. */
export interface PythonWork {
  /** Name of a script beside this file. */
  readonly script: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the script gets as JSON. */
  readonly given: Readonly<Record<string, unknown>>;
  /** In the order in which the script reads them. */
  readonly operands: readonly (Uint8Array | Int32Array | Float32Array)[];
  /** Values of the result. */
  readonly length: number;
}

/**
 * Finds a Python that can run a line of code.
 *
 * @returns undefined if there is none.
 */
export async function findPython(code: string): Promise<Python | undefined> {
  for (const command of PYTHONS) {
    const said = await outputOf(command, ["-c", code]);
    if (said !== undefined) return { command, said };
  }
  return undefined;
}

async function outputOf(command: string, args: string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(command, { args, stderr: "null" }).output();
    return success ? new TextDecoder().decode(stdout).trim() : undefined;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Starts a script and hands it its operands. */
export async function startPythonWork(python: Python, work: PythonWork): Promise<Work> {
  const process = new Deno.Command(python.command, {
    args: [fileURLToPath(new URL(work.script, import.meta.url))],
    stdin: "piped",
    stdout: "piped",
    env: { PYTHONDONTWRITEBYTECODE: "1", ...work.env },
  }).spawn();
  const writer = process.stdin.getWriter();
  const reader = new ByteReader(process.stdout);
  const say = (line: string) => writer.write(new TextEncoder().encode(`${line}\n`));
  const heard = async () => new TextDecoder().decode(await reader.line());
  let spent = 0;
  await say(JSON.stringify(work.given));
  for (const { buffer, byteOffset, byteLength } of work.operands) {
    await writer.write(new Uint8Array(buffer, byteOffset, byteLength));
  }
  await heard();
  return {
    async run(times) {
      await say(`run ${times}`);
      spent = Number(await heard());
    },
    async result() {
      await say("result");
      return new Float32Array((await reader.bytes(4 * work.length)).buffer);
    },
    elsewhere: () => spent,
    dispose() {
      writer.close().catch(() => {}); // it has ended already
    },
  };
}
