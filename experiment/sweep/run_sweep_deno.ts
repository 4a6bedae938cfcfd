import { BadInput } from "../../core/bad_input.ts";
import type { FindPublished } from "../tables/result_table.ts";
import type { Engine, EngineEvents } from "./engine.ts";
import type { Search } from "./plan.ts";
import { type Contender, kept, type Standing, standings } from "./search.ts";
import type { SweepDisplay, SweepProgress } from "./sweep_display_deno.ts";
import type { SweepFolder, SweepTask } from "./sweep_folder_deno.ts";
import type { StoredRun, SweepStore } from "./sweep_store_deno.ts";

/** What {@linkcode runSweep} works with. */
export interface SweepOptions {
  readonly folder: SweepFolder;
  readonly store: SweepStore;
  readonly search: Search | null;
  readonly engine: Engine;
  readonly display: SweepDisplay;
  /** Ends all runs under way: they save and stop. */
  readonly signal: AbortSignal;
  readonly published: FindPublished;
}

/** What a sweep came to. */
export interface SweepOutcome {
  readonly runs: readonly StoredRun[];
  /** The configurations at the last mark of a search, the best first; null without a search. */
  readonly standings: readonly Standing[] | null;
}

/**
 * Does what is left of a sweep. Runs that are finished stay as they are, others begin or go on; a run
 * that fails is recorded, and the others go on. Failed runs of an earlier session are tried again.
 *
 * @throws {MissingScore} If the search finds no number to go by.
 */
export async function runSweep(options: SweepOptions): Promise<SweepOutcome> {
  const sweep = new Sweep(options);
  return await sweep.run();
}

class Sweep {
  readonly #o: SweepOptions;
  /** Marks in steps; one without a search, the end. */
  readonly #marks: readonly (number | null)[];
  /** Steps of runs under way, by their logs. */
  readonly #live = new Map<string, number>();
  #over = false;

  constructor(options: SweepOptions) {
    this.#o = options;
    this.#marks = options.search?.steps ?? [null];
  }

  async run(): Promise<SweepOutcome> {
    const { store, signal, search, display } = this.#o;
    this.#retry();
    const watch = setInterval(() => void this.#watch(), 1000);
    let best: readonly Standing[] | null = null;
    try {
      await this.#write();
      for (let mark = store.decided; mark < this.#marks.length && !signal.aborted; mark++) {
        const field = store.runs().filter(({ status }) =>
          status !== "stopped" && status !== "failed"
        );
        await this.#reach(mark, field);
        if (signal.aborted || !search) continue;
        best = this.#decide(mark, field);
        await this.#write();
      }
      // A search that was over before is ranked again.
      if (search && !best && store.decided === this.#marks.length) {
        best = standings(
          this.#contenders(store.runs().filter((r) => r.status === "finished")),
          search.by,
        );
      }
    } finally {
      clearInterval(watch);
      this.#over = true;
      display.stop();
    }
    return { runs: store.runs(), standings: best };
  }

  /** Failed runs wait again, unless the search has gone on without them. */
  #retry(): void {
    const { store } = this.#o;
    const before = store.decided > 0 ? this.#marks[store.decided - 1] : null;
    for (const { id, status, result } of store.runs()) {
      const inField = before === null || (result?.steps ?? 0) >= (before ?? 0);
      if (status === "failed" && inField && store.decided < this.#marks.length) {
        store.update(id, { status: "waiting", message: null, job: null });
      }
    }
  }

  /** Brings all runs of the field to a mark, as far as they do not fail. */
  async #reach(mark: number, field: readonly StoredRun[]): Promise<void> {
    const { engine, signal } = this.#o;
    const open: SweepTask[] = [];
    for (const run of firstSeedsFirst(field)) {
      const { id, job } = run, goal = this.#marks[mark] ?? run.steps;
      const task = { id, goal, last: mark === this.#marks.length - 1, job };
      // What a killed session has not collected is collected now.
      if (job === null && await this.#collected(task)) continue;
      open.push(task);
    }
    await this.#write();
    if (open.length > 0) await engine.run(open, this.#events(), signal);
  }

  #events(): EngineEvents {
    const { store, display, folder, signal } = this.#o;
    return {
      submitted: (task, job) => store.update(task.id, { job, status: "waiting" }),
      started: (task) => {
        const run = this.#stored(task.id);
        const started = run.started ?? new Date().toISOString();
        store.update(task.id, { status: "running", started });
      },
      ended: async (task, how) => {
        if (!await this.#collected(task)) {
          const ended = new Date().toISOString();
          if (signal.aborted) store.update(task.id, { status: "waiting", job: null });
          else {
            const message = [await folder.lastWords(task.id), ...(how ? [how] : [])].join("; ");
            store.update(task.id, { status: "failed", message, ended, job: null });
            display.say(`${task.id} failed: ${message}`);
          }
        }
        this.#live.delete(task.id);
        await this.#write();
      },
    };
  }

  /** Puts what a run came to into the store, if it has reached its goal. */
  async #collected(task: SweepTask): Promise<boolean> {
    const { folder, store, display } = this.#o;
    let result: StoredRun["result"];
    try {
      result = await folder.reached(task);
    } catch (error) {
      if (!(error instanceof BadInput)) throw error;
      display.say(error.message); // a damaged file: the run goes on from its checkpoint
      return false;
    }
    if (!result) return false;
    const { id } = task, { search } = this.#o;
    if (search) standings([{ id, configuration: 0, summary: result }], search.by); // or it is missing
    const before = this.#stored(task.id).status;
    const status = task.last ? "finished" : "paused";
    if (before === status && this.#stored(task.id).result?.steps === result.steps) return true;
    store.update(task.id, {
      status,
      result,
      seconds: result.seconds,
      ended: new Date().toISOString(),
      message: null,
      job: null,
    });
    const accuracy = result.evaluation?.balancedAccuracy;
    display.say(
      `${task.id}: ${result.steps} steps in ${result.seconds.toFixed(0)} s${
        typeof accuracy === "number" ? `, balanced accuracy ${(100 * accuracy).toFixed(1)} %` : ""
      }`,
    );
    return true;
  }

  /** Stops all but the best at a mark; at the last one only ranks them. */
  #decide(mark: number, field: readonly StoredRun[]): readonly Standing[] {
    const { store, search } = this.#o;
    const ids = new Set(field.map(({ id }) => id));
    const runs = store.runs().filter(({ id }) => ids.has(id));
    const ranked = standings(this.#contenders(runs), search!.by); // asked where there is a search
    const n = new Set(runs.map(({ configuration }) => configuration)).size;
    const last = mark === this.#marks.length - 1;
    const on = new Set(
      ranked.slice(0, last ? n : kept(n, search!.keep)).map((s) => s.configuration),
    );
    const stopped = runs.filter((run) => run.status === "paused" && !on.has(run.configuration));
    store.decide(mark, stopped.map(({ id }) => id));
    return ranked;
  }

  #contenders(runs: readonly StoredRun[]): Contender[] {
    return runs.map(({ id, configuration, status, result }) => ({
      id,
      configuration,
      summary: status === "failed" ? null : result,
    }));
  }

  #stored(id: string): StoredRun {
    return this.#o.store.runs().find((run) => run.id === id)!; // tasks are of the store's runs
  }

  async #write(): Promise<void> {
    const { folder, store, published } = this.#o;
    await folder.writeTables(store.runs(), published);
  }

  /** Looks at the logs of the runs under way. */
  async #watch(): Promise<void> {
    const { store, folder, display } = this.#o;
    const runs = store.runs();
    for (const { id, status } of runs) {
      if (status !== "running") continue;
      const steps = await folder.stepsDone(id);
      if (steps !== undefined) this.#live.set(id, steps);
    }
    if (!this.#over) display.update(this.#progress(runs));
  }

  #progress(runs: readonly StoredRun[]): SweepProgress {
    const count = (...of: readonly StoredRun["status"][]) =>
      runs.filter(({ status }) => of.includes(status)).length;
    const done = (run: StoredRun) => Math.max(this.#live.get(run.id) ?? 0, run.result?.steps ?? 0);
    const steps = runs.reduce((sum, run) => sum + done(run), 0);
    return {
      runs: runs.length,
      done: count("finished", "stopped"),
      failed: count("failed"),
      running: count("running"),
      steps,
      total: Math.max(steps, plannedSteps(runs, this.#o.search)),
    };
  }
}

/**
 * Every configuration's first run, then every second one, and so on: a sweep that ends early has
 * compared all configurations, over fewer seeds.
 */
export function firstSeedsFirst<R extends Pick<StoredRun, "configuration">>(
  runs: readonly R[],
): readonly R[] {
  const rounds: R[][] = [], seen = new Map<number, number>();
  for (const run of runs) {
    const round = seen.get(run.configuration) ?? 0;
    seen.set(run.configuration, round + 1);
    (rounds[round] ??= []).push(run);
  }
  return rounds.flat();
}

/** Steps of a whole sweep, if no further run fails. */
export function plannedSteps(
  runs: readonly Pick<StoredRun, "configuration" | "steps" | "status" | "result">[],
  search: Search | null,
): number {
  const failed = runs.filter(({ status }) => status === "failed");
  const lost = failed.reduce((sum, { result }) => sum + (result?.steps ?? 0), 0);
  const able = runs.filter(({ status }) => status !== "failed");
  if (!search) return lost + able.reduce((sum, { steps }) => sum + steps, 0);
  const seeds = able.length / Math.max(1, new Set(able.map((r) => r.configuration)).size);
  let n = new Set(able.map(({ configuration }) => configuration)).size, total = lost, from = 0;
  for (const mark of search.steps) {
    total += n * seeds * (mark - from);
    n = kept(n, search.keep);
    from = mark;
  }
  return Math.round(total);
}
