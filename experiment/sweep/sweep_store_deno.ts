import { DatabaseSync } from "node:sqlite";
import { BadInput } from "../../core/bad_input.ts";

/**
 * Where a run stands: `waiting` for its turn, `running`, `paused` at a mark of a search, `finished`,
 * `stopped` by the search, or `failed`.
 */
export type RunStatus = "waiting" | "running" | "paused" | "finished" | "stopped" | "failed";

/** A run of a sweep before it has begun. */
export interface NewRun {
  readonly id: string;
  /** Number of its configuration: runs that differ by nothing but their seeds share one. */
  readonly configuration: number;
  /** What it sets, by dotted key. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Steps of its whole length. */
  readonly steps: number;
}

/** A row of the store. */
export interface StoredRun extends NewRun {
  readonly status: RunStatus;
  /** Times as ISO 8601; null where it has not come to that. */
  readonly started: string | null;
  readonly ended: string | null;
  /** Seconds of training. */
  readonly seconds: number | null;
  /** Its `summary.json`, of the mark it has reached at least. */
  readonly result: SweepResult | null;
  /** Why it failed. */
  readonly message: string | null;
  /** Task of a cluster, e.g. `12_3`. */
  readonly job: string | null;
}

/** What the store knows of a summary; all of it is kept. */
export interface SweepResult {
  readonly status: string;
  readonly steps: number;
  readonly seconds: number;
  readonly state: string;
  readonly evaluation: Readonly<Record<string, unknown>> | null;
  readonly history: object | null;
  readonly [key: string]: unknown;
}

/** What a whole sweep is, by name. */
export interface SweepFacts {
  /** Text of the plan file. */
  readonly plan: string;
  /** What to call it in messages. */
  readonly planName: string;
  readonly engine: string;
  /** Modules from outside that its runs load. */
  readonly plugins: readonly string[];
}

const SCHEMA = `
  CREATE TABLE sweep (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
  CREATE TABLE runs (
    id TEXT PRIMARY KEY,
    position INTEGER NOT NULL UNIQUE,
    configuration INTEGER NOT NULL,
    options TEXT NOT NULL,
    seed INTEGER NOT NULL,
    steps INTEGER NOT NULL,
    status TEXT NOT NULL DEFAULT 'waiting',
    started TEXT, ended TEXT, seconds REAL, result TEXT, message TEXT, job TEXT
  ) STRICT;
`;

/** Changes to a row; what is not named stays. */
export type RunChange = Partial<
  Pick<StoredRun, "status" | "started" | "ended" | "seconds" | "result" | "message" | "job">
>;

/** `sweep.sqlite`: one row a run. Written by one process, the one that follows the sweep. */
export class SweepStore {
  readonly #database: DatabaseSync;

  private constructor(database: DatabaseSync) {
    this.#database = database;
  }

  /** Writes a new store whole or not at all. */
  static async create(path: string, facts: SweepFacts, runs: readonly NewRun[]): Promise<void> {
    const temporary = `${path}.tmp`;
    const database = new DatabaseSync(temporary);
    database.exec(`BEGIN; ${SCHEMA}`);
    const fact = database.prepare("INSERT INTO sweep VALUES (?, ?)");
    for (const [name, value] of Object.entries(facts)) fact.run(name, JSON.stringify(value));
    const row = database.prepare(
      "INSERT INTO runs (id, position, configuration, options, seed, steps) VALUES (?, ?, ?, ?, ?, ?)",
    );
    runs.forEach(({ id, configuration, options, seed, steps }, position) => {
      row.run(id, position, configuration, JSON.stringify(options), seed, steps);
    });
    database.exec("COMMIT");
    database.close();
    await Deno.rename(temporary, path);
  }

  /**
   * Opens the store of a sweep.
   *
   * @throws {BadInput} If there is none, or it is none.
   */
  static async open(path: string): Promise<SweepStore> {
    try {
      await Deno.stat(path);
    } catch {
      throw new BadInput(`There is no sweep to go on with: ${path} is missing`);
    }
    const database = new DatabaseSync(path);
    try {
      database.prepare("SELECT id, configuration, steps, job FROM runs LIMIT 1").get();
    } catch (error) {
      database.close();
      if (!(error instanceof Error)) throw error;
      throw new BadInput(`${path} is not the store of a sweep: ${error.message}`);
    }
    return new SweepStore(database);
  }

  /** What the sweep is. */
  get facts(): SweepFacts {
    const rows = this.#database.prepare("SELECT name, value FROM sweep").all();
    return Object.fromEntries(
      rows.map(({ name, value }) => [name, JSON.parse(String(value))]),
    ) as unknown as SweepFacts; // create() has written it
  }

  /** How many marks of a search have been decided. */
  get decided(): number {
    const row = this.#database.prepare("SELECT value FROM sweep WHERE name = 'decided'").get();
    return row ? Number(row.value) : 0;
  }

  /** Every run, in the order of the plan. */
  runs(): StoredRun[] {
    return this.#database.prepare("SELECT * FROM runs ORDER BY position").all().map((row) => ({
      ...row,
      options: JSON.parse(String(row.options)),
      result: row.result === null ? null : JSON.parse(String(row.result)),
    })) as unknown as StoredRun[]; // the columns of SCHEMA
  }

  /** Changes a run's row. */
  update(id: string, change: RunChange): void {
    const entries = Object.entries(change);
    const columns = entries.map(([column]) => `${column} = ?`).join(", ");
    const values = entries.map(([column, value]) =>
      column === "result" && value !== null
        ? JSON.stringify(value)
        : value as string | number | null
    );
    this.#database.prepare(`UPDATE runs SET ${columns} WHERE id = ?`).run(...values, id);
  }

  /** Stops runs and counts a mark as decided, both or neither. */
  decide(mark: number, stopped: readonly string[]): void {
    this.#database.exec("BEGIN");
    for (const id of stopped) this.update(id, { status: "stopped" });
    this.#database.prepare("INSERT OR REPLACE INTO sweep VALUES ('decided', ?)").run(
      String(mark + 1),
    );
    this.#database.exec("COMMIT");
  }

  /** Lets go of the file. */
  close(): void {
    this.#database.close();
  }
}
