import { BadInput } from "../../core/bad_input.ts";
import { decodeSafetensors, encodeSafetensors, type Stored } from "../../core/safetensors.ts";
import { checkFileName, type HostFiles } from "../../core/training/plugin/host_files.ts";

/** Names of checkpoints, the newest first. */
const CHECKPOINTS = ["checkpoint", "checkpoint.next", "checkpoint.previous"] as const;

/** The folder of a run: every file is written whole, under a temporary name first. */
export class RunFolder {
  readonly path: string;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes a new folder.
   *
   * @throws {BadInput} If it exists and is not empty.
   */
  static async create(path: string): Promise<RunFolder> {
    await RunFolder.requireFree(path);
    await Deno.mkdir(path, { recursive: true });
    return new RunFolder(path);
  }

  /** Refuses a folder that is in use, before any work is done. */
  static async requireFree(path: string): Promise<void> {
    try {
      for await (const _ of Deno.readDir(path)) {
        throw new BadInput(
          `The run folder ${path} is not empty: choose another --out, or --resume it`,
        );
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (error instanceof Deno.errors.NotADirectory) {
        throw new BadInput(`The run folder ${path} is a file: choose another --out`);
      }
      throw error;
    }
  }

  /**
   * Opens the folder of an earlier run.
   *
   * @throws {BadInput} If it is not one.
   */
  static async open(path: string): Promise<RunFolder> {
    try {
      await Deno.stat(`${path}/config.yaml`);
    } catch {
      throw new BadInput(`${path} is not the folder of a run: it has no config.yaml`);
    }
    return new RunFolder(path);
  }

  /** Removes the folder and all that the run wrote into it. */
  async remove(): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }

  /** Reads a text file, or undefined where there is none. */
  async readText(name: string): Promise<string | undefined> {
    try {
      return await Deno.readTextFile(`${this.path}/${name}`);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return undefined;
      throw error;
    }
  }

  /** Writes a text file whole. */
  async writeText(name: string, text: string): Promise<void> {
    await writeWhole(`${this.path}/${name}`, text);
  }

  /** Adds a line to the log. */
  async log(row: object): Promise<void> {
    await Deno.writeTextFile(`${this.path}/log.jsonl`, `${JSON.stringify(row)}\n`, {
      append: true,
    });
  }

  /** Drops log lines past a step, which a resumed run will write again. */
  async truncateLog(step: number): Promise<void> {
    const text = await this.readText("log.jsonl");
    if (text === undefined) return;
    const kept = text.split("\n").filter((line) => {
      try {
        return (JSON.parse(line) as { step: number }).step <= step;
      } catch {
        return false; // the last line of a killed run may be cut
      }
    });
    await this.writeText("log.jsonl", kept.map((line) => `${line}\n`).join(""));
  }

  /** Saves a checkpoint; the one before it is kept. */
  async saveCheckpoint({ tensors, metadata }: Stored): Promise<void> {
    const path = `${this.path}/checkpoint`;
    const bytes = encodeSafetensors(tensors, metadata);
    await writeWhole(`${path}.next.safetensors`, bytes);
    try {
      await Deno.rename(`${path}.safetensors`, `${path}.previous.safetensors`);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
    await Deno.rename(`${path}.next.safetensors`, `${path}.safetensors`);
  }

  /** Whether there is a checkpoint of any kind. */
  async hasCheckpoint(): Promise<boolean> {
    for await (const { name } of Deno.readDir(this.path)) {
      if (CHECKPOINTS.some((part) => name === `${part}.safetensors`)) return true;
    }
    return false;
  }

  /**
   * The last whole checkpoint, or undefined before the first. A kill between two renames leaves
   * only the new one's temporary name or the previous one: both are looked for.
   *
   * @throws {BadInput} If there are checkpoints, but none can be read.
   */
  async loadCheckpoint(): Promise<{ stored: Stored; name: string } | undefined> {
    const broken: string[] = [];
    for (const part of CHECKPOINTS) {
      const name = `${this.path}/${part}.safetensors`;
      try {
        return { stored: decodeSafetensors(await Deno.readFile(name), name), name };
      } catch (error) {
        if (error instanceof SyntaxError) broken.push(error.message);
        else if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    if (broken.length > 0) throw new BadInput(broken.join("; "));
    return undefined;
  }
}

/** Methods' files of a run, in the folder `files` of the run's. */
export class RunFiles implements HostFiles {
  readonly #path: string;

  constructor(runPath: string) {
    this.#path = `${runPath}/files`;
  }

  /**
   * Reads a file of this run, or one of another folder: from its `files` if it is a run's, else from
   * the folder itself.
   */
  async read(name: string, from?: string): Promise<Uint8Array | undefined> {
    checkFileName(name);
    const folders = from === undefined ? [this.#path] : [`${from}/files`, from];
    for (const folder of folders) {
      try {
        return await Deno.readFile(`${folder}/${name}`);
      } catch (error) {
        const absent = error instanceof Deno.errors.NotFound ||
          error instanceof Deno.errors.NotADirectory;
        if (!absent) throw error;
      }
    }
    return undefined;
  }

  async write(name: string, bytes: Uint8Array): Promise<void> {
    checkFileName(name);
    await Deno.mkdir(this.#path, { recursive: true });
    await writeWhole(`${this.#path}/${name}`, bytes);
  }
}

/**
 * Writes a file whole or not at all: to a temporary name, to the disk, then renamed.
 *
 * @param data A text is written as UTF-8.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const temporary = `${path}.tmp`;
  const file = await Deno.open(temporary, { write: true, create: true, truncate: true });
  try {
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
    await file.sync();
  } finally {
    file.close();
  }
  try {
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary);
    throw error;
  }
}
