import { BadInput } from "../../core/bad_input.ts";
import { refusal, withFile } from "../../core/refused_file.ts";
import type { LogRow } from "../../core/training/log_row.ts";
import { checkFileName, type HostFiles } from "../../core/training/plugin/host_files.ts";
import type { ReportedEvaluation } from "../network/network_words.ts";

/** What a run may have written before it began, which its `config.yaml` says; and what stays of it. */
const LEFT_OVER = /^(split\.json|environment\.json|model\.json|log\.jsonl|\.lock|.*\.tmp)$/;

/** Scores as a log has them: with the names of the classes, where these are known. */
type LoggedScores = ReportedEvaluation & { readonly classNames?: readonly string[] };

/** A line of `log.jsonl`: a log period, or an evaluation. */
export type LogLine = { readonly step: number } & Partial<LogRow> & {
  /** Seconds of training until then. */
  readonly seconds?: number;
  readonly imagesPerSecond?: number;
  /** On the test images. */
  readonly evaluation?: LoggedScores;
  /** On the images set aside for validation. */
  readonly validation?: LoggedScores;
};

/** A log beside `log.jsonl` that is told the same. */
export interface OtherLog {
  /** Adds a line. */
  log(row: LogLine): Promise<void>;
  /** Drops lines past a step, which a resumed run will write again. */
  truncate(step: number): Promise<void>;
}

/** The folder of a run, held by one process: every file is written whole. */
export class RunFolder {
  /** Its path. */
  readonly path: string;
  /** Held by the system until this process ends, however it ends. */
  #lock: Deno.FsFile | undefined;
  #otherLog: OtherLog | null = null;

  private constructor(path: string) {
    this.path = path;
  }

  /**
   * Makes a new folder, or takes one over that an earlier run left before it began.
   *
   * @throws {BadInput} If it is in use, or cannot be made.
   */
  static async create(path: string): Promise<RunFolder> {
    await RunFolder.requireFree(path);
    try {
      await Deno.mkdir(path, { recursive: true });
    } catch (error) {
      throw new BadInput(`Cannot make the run folder ${path}: ${refusal(error) ?? error}`);
    }
    const folder = new RunFolder(path);
    await folder.lock();
    await RunFolder.requireFree(path); // another may have been faster
    for await (const { name } of Deno.readDir(path)) {
      if (name !== ".lock") await Deno.remove(`${path}/${name}`);
    }
    return folder;
  }

  /** Refuses a folder that is in use, before any work is done. */
  static async requireFree(path: string, what = "run"): Promise<void> {
    try {
      for await (const { name } of Deno.readDir(path)) {
        if (LEFT_OVER.test(name)) continue;
        throw new BadInput(
          `The ${what} folder ${path} is not empty: choose another --out, or --resume it`,
        );
      }
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return;
      if (error instanceof Deno.errors.NotADirectory) {
        throw new BadInput(`The ${what} folder ${path} is a file: choose another --out`);
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
      const { isFile } = await Deno.stat(`${path}/config.yaml`);
      if (isFile) return new RunFolder(path);
    } catch {
      // Said below.
    }
    throw new BadInput(`${path} is not the folder of a run: it has no config.yaml`);
  }

  /**
   * Lets no other process train in the folder until this one ends.
   *
   * @throws {BadInput} If another one does, or nothing can be written there.
   */
  async lock(): Promise<void> {
    const path = `${this.path}/.lock`;
    let file: Deno.FsFile;
    try {
      file = await Deno.open(path, { read: true, write: true, create: true });
    } catch (error) {
      throw new BadInput(`Cannot write ${path}: ${refusal(error) ?? error}`);
    }
    if (!await file.tryLock(true)) {
      const holder = await Deno.readTextFile(path);
      file.close();
      throw new BadInput(
        `${this.path} is in use by another process${
          holder && ` (${holder.trim()})`
        }: wait until it ends, or stop it`,
      );
    }
    this.#lock = file;
    await withFile("write", path, async () => {
      await file.truncate();
      await file.write(new TextEncoder().encode(`${Deno.pid}\n`));
    });
  }

  /** Lets others train in the folder again. */
  unlock(): void {
    this.#lock?.close();
    this.#lock = undefined;
  }

  /** Removes the folder and all that the run wrote into it. */
  async remove(): Promise<void> {
    this.unlock();
    await Deno.remove(this.path, { recursive: true });
  }

  /** Reads a text file, or undefined where there is none. */
  async readText(name: string): Promise<string | undefined> {
    const path = `${this.path}/${name}`;
    return await withFile("read", path, async () => {
      try {
        return await Deno.readTextFile(path);
      } catch (error) {
        if (error instanceof Deno.errors.NotFound) return undefined;
        throw error;
      }
    });
  }

  /** Writes a text file whole. */
  async writeText(name: string, text: string): Promise<void> {
    await writeWhole(`${this.path}/${name}`, text);
  }

  /** Hands all lines of the log to another one too. */
  logAlso(other: OtherLog): void {
    this.#otherLog = other;
  }

  /** Adds a line to the log. */
  async log(row: LogLine): Promise<void> {
    const path = `${this.path}/log.jsonl`;
    const line = `${JSON.stringify(row)}\n`;
    await withFile("write", path, () => Deno.writeTextFile(path, line, { append: true }));
    await this.#otherLog?.log(row);
  }

  /** Makes sure that the log's lines are on the disk. */
  async syncLog(): Promise<void> {
    const path = `${this.path}/log.jsonl`;
    await withFile("write", path, async () => {
      using file = await Deno.open(path, { append: true, create: true });
      await file.syncData();
    });
  }

  /** Drops log lines past a step, which a resumed run will write again. */
  async truncateLog(step: number): Promise<void> {
    await this.#otherLog?.truncate(step);
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
}

/** Methods' files of a run, in the folder `files` of the run's. */
export class RunFiles implements HostFiles {
  readonly #run: { readonly path: string };

  /** @param run Folder of the run, whose path is asked for as late as a file is. */
  constructor(run: { readonly path: string }) {
    this.#run = run;
  }

  get #path(): string {
    return `${this.#run.path}/files`;
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
 * Writes a file whole or not at all: to a temporary name, to the disk, then renamed, and the folder to
 * the disk as well.
 *
 * @param data A text is written as UTF-8.
 * @throws {RefusedFile} If the system refuses it; nothing stays behind.
 */
export async function writeWhole(path: string, data: Uint8Array | string): Promise<void> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  const temporary = `${path}.tmp`;
  await withFile("write", path, async () => {
    const file = await Deno.open(temporary, { write: true, create: true, truncate: true });
    try {
      try {
        for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
        await file.sync();
      } finally {
        file.close();
      }
      await Deno.rename(temporary, path);
    } catch (error) {
      await Deno.remove(temporary);
      throw error;
    }
    await syncFolder(path);
  });
}

/** Makes sure that a file's name is on the disk; Windows has no such call. */
export async function syncFolder(path: string): Promise<void> {
  if (Deno.build.os === "windows") return;
  using folder = await Deno.open(path.slice(0, path.lastIndexOf("/")) || "/");
  await folder.sync();
}
