import { stringify } from "yaml";
import { BadInput } from "../../core/bad_input.ts";
import { readRun } from "../run/read_run_deno.ts";
import { RunFolder, writeWhole } from "../run/run_folder_deno.ts";
import type { FindPublished } from "../tables/result_table.ts";
import { resultsCsv, sweepTable } from "./sweep_results.ts";
import { type NewRun, type StoredRun, type SweepFacts, SweepStore } from "./sweep_store_deno.ts";

/** How far a run is to be trained. */
export interface SweepTask {
  readonly id: string;
  /** Steps done at its end. */
  readonly goal: number;
  /** Whether the run ends there. */
  readonly last: boolean;
  /** Where it is under way on a cluster already. */
  readonly job: string | null;
}

/** What `train` is to be told of a task. */
export type TaskFlags = { readonly resume: string } | {
  readonly config: string;
  readonly out: string;
};

/** Bytes at the end of a log in which its last step is looked for. */
const TAIL = 65536;

/** The folder of a sweep: store, tables, and for each run its options, what it said, its own folder. */
export class SweepFolder {
  /** Absolute. */
  readonly path: string;

  /** @param path Absolute. */
  constructor(path: string) {
    this.path = path;
  }

  /**
   * Writes the folder of a new sweep, the store last: with it there is a sweep to go on with.
   *
   * @throws {BadInput} If the folder exists and is not empty.
   */
  async create(facts: SweepFacts, runs: readonly NewRun[]): Promise<void> {
    await this.requireFree();
    for (const part of ["runs", "configs", "logs", "locks"]) {
      await Deno.mkdir(`${this.path}/${part}`, { recursive: true });
    }
    await writeWhole(`${this.path}/plan.yaml`, facts.plan);
    for (const { id, options } of runs) await writeWhole(this.config(id), stringify(options));
    await SweepStore.create(this.store, facts, runs);
  }

  /** Refuses a folder that is in use. */
  async requireFree(): Promise<void> {
    await RunFolder.requireFree(this.path, "sweep");
  }

  /** Path of the store. */
  get store(): string {
    return `${this.path}/sweep.sqlite`;
  }

  /** Path of a run's options. */
  config(id: string): string {
    return `${this.path}/configs/${id}.yaml`;
  }

  /** Path of a run's folder. */
  run(id: string): string {
    return `${this.path}/runs/${id}`;
  }

  /** Path of what a run has said. */
  log(id: string): string {
    return `${this.path}/logs/${id}.log`;
  }

  /**
   * Makes sure that nobody else follows this sweep. A process that dies lets go.
   *
   * @throws {BadInput} If somebody does.
   */
  async lock(): Promise<Disposable> {
    const file = await Deno.open(`${this.path}/locks/sweep`, { create: true, write: true });
    if (!await file.tryLock(true)) {
      file.close();
      throw new BadInput(
        `Another process works on the sweep ${this.path}: wait for it, or stop it`,
      );
    }
    return { [Symbol.dispose]: () => file.close() };
  }

  /** Waits until no other process trains a run, as one whose sweep was killed may do for a moment. */
  async lockRun(id: string): Promise<Disposable> {
    const file = await Deno.open(`${this.path}/locks/${id}`, { create: true, write: true });
    await file.lock(true);
    return { [Symbol.dispose]: () => file.close() };
  }

  /** Begins a run, or goes on with one; `train` takes over what was killed before it was a run. */
  async taskFlags(id: string): Promise<TaskFlags> {
    const out = this.run(id);
    const begun = await exists(`${out}/config.yaml`);
    return begun ? { resume: out } : { config: this.config(id), out };
  }

  /** What a run came to if it has reached a goal, else null. */
  async reached({ id, goal, last }: SweepTask): Promise<StoredRun["result"]> {
    if (!await exists(`${this.run(id)}/summary.json`)) return null;
    const { summary } = await readRun(this.run(id));
    const there = summary && summary.steps >= goal && (!last || summary.status === "finished");
    return there ? summary as unknown as StoredRun["result"] : null;
  }

  /** The last thing that a run said, which is its error if it failed. */
  async lastWords(id: string): Promise<string> {
    const text = await Deno.readTextFile(this.log(id)).catch(() => "");
    const lines = text.split("\n").filter((line) => line.trim() !== "" && !/^\s+at /.test(line));
    return lines.at(-1)?.replace(/^error: /, "") ?? "it said nothing";
  }

  /** Steps that a run under way has logged, or undefined. */
  async stepsDone(id: string): Promise<number | undefined> {
    let file: Deno.FsFile;
    try {
      file = await Deno.open(`${this.run(id)}/log.jsonl`);
    } catch {
      return undefined; // it has not begun
    }
    using log = file;
    const { size } = await log.stat();
    await log.seek(Math.max(0, size - TAIL), Deno.SeekMode.Start);
    const bytes = new Uint8Array(TAIL);
    const length = await log.read(bytes) ?? 0;
    const text = new TextDecoder().decode(bytes.subarray(0, length));
    const found = [...text.matchAll(/\{"step":(\d+)/g)].at(-1);
    return found && Number(found[1]);
  }

  /** Writes the tables anew. */
  async writeTables(runs: readonly StoredRun[], published: FindPublished): Promise<void> {
    await writeWhole(`${this.path}/results.csv`, resultsCsv(runs));
    await writeWhole(`${this.path}/table.md`, sweepTable(runs, published));
  }
}

async function exists(path: string): Promise<boolean> {
  return await Deno.stat(path).then(() => true, () => false);
}
