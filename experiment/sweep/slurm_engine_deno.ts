import { BadInput } from "../../core/bad_input.ts";
import { type Engine, type EngineEvents, taskCommand } from "./engine.ts";
import type { SlurmRequests } from "./plan.ts";
import type { SweepFolder, SweepTask } from "./sweep_folder_deno.ts";

/** What a {@linkcode SlurmEngine} works with. */
export interface SlurmEngineOptions {
  readonly folder: SweepFolder;
  /** How many runs at once; null for as many as the cluster gives. */
  readonly workers: number | null;
  readonly requests: SlurmRequests;
  /** Deno and the command line's file, both where the cluster's nodes find them. */
  readonly program: readonly string[];
  /** Modules from outside that runs load. */
  readonly plugins: readonly string[];
  /** Says something to the user. */
  say(text: string): void;
  /** Milliseconds from one look at the queue to the next. */
  readonly pause?: number;
}

/** States in which a task is over; what is in the queue in any other is under way. */
const OVER = /^(BOOT_FAIL|CANCELLED|COMPLETED|DEADLINE|FAILED|NODE_FAIL|OUT_OF_MEMORY|TIMEOUT)/;

/** Tasks of one array job: Slurm takes 1000 where nobody has allowed more. */
const LARGEST_ARRAY = 1000;

/** A task in Slurm. */
interface Followed {
  readonly task: SweepTask;
  /** `array_index`. */
  readonly job: string;
  /** The last state that the queue had it in. */
  state: string;
  started: boolean;
}

/**
 * Trains runs as tasks of a Slurm array job. The queue says which are under way, the runs' folders
 * what they came to; tasks of an earlier session that are still under way are followed on.
 */
export class SlurmEngine implements Engine {
  readonly #o: SlurmEngineOptions;

  constructor(options: SlurmEngineOptions) {
    this.#o = options;
  }

  async run(
    tasks: readonly SweepTask[],
    events: EngineEvents,
    signal: AbortSignal,
  ): Promise<void> {
    const open = new Map<string, Followed>();
    const follow = (task: SweepTask, job: string) =>
      open.set(job, { task, job, state: "PENDING", started: false });
    for (const task of tasks) if (task.job !== null) follow(task, task.job);
    const fresh = tasks.filter(({ job }) => job === null);
    for (let from = 0; from < fresh.length; from += LARGEST_ARRAY) {
      const part = fresh.slice(from, from + LARGEST_ARRAY);
      const array = await this.#submit(part);
      part.forEach((task, i) => {
        follow(task, `${array}_${i}`);
        events.submitted(task, `${array}_${i}`);
      });
    }
    let cancelled = false;
    while (open.size > 0) {
      if (signal.aborted && !cancelled) {
        cancelled = true;
        await this.#cancel([...open.keys()]);
      }
      const states = await this.#queue();
      for (const followed of states ? [...open.values()] : []) {
        const state = states!.get(followed.job);
        if (state !== undefined) followed.state = state;
        if (state === undefined || OVER.test(state)) {
          open.delete(followed.job);
          await events.ended(followed.task, await this.#howEnded(followed));
        } else if (state === "RUNNING" && !followed.started) {
          followed.started = true;
          events.started(followed.task);
        }
      }
      if (open.size > 0) await sleep(this.#o.pause ?? 2000, cancelled ? null : signal);
    }
  }

  /** @returns ID of the array job. */
  async #submit(tasks: readonly SweepTask[]): Promise<string> {
    const { folder, requests, workers, say } = this.#o;
    const script = `${folder.path}/slurm.sh`;
    await Deno.writeTextFile(script, this.#script(tasks));
    const { code, out, err } = await call("sbatch", [
      "--parsable",
      `--array=0-${tasks.length - 1}${workers === null ? "" : `%${workers}`}`,
      "--job-name=longtail",
      `--chdir=${folder.path}`,
      // Each task appends to its run's log; what comes before is said here.
      `--output=${folder.path}/logs/slurm.log`,
      "--open-mode=append",
      "--requeue",
      ...requestFlags(requests),
      script,
    ]);
    if (code !== 0) throw refusal(err);
    const array = out.trim().split(";")[0]!; // with a cluster's name after it where there are some
    say(`Slurm job ${array}: ${tasks.length} tasks`);
    return array;
  }

  /** A task's number picks its run; a task that Slurm queues anew goes on with the run's folder. */
  #script(tasks: readonly SweepTask[]): string {
    const { folder, program, plugins } = this.#o;
    const cases = tasks.map((task, i) => {
      const command = taskCommand(task, { program, dir: folder.path, plugins });
      return `${i}) exec ${command.map(quoted).join(" ")} >>${quoted(folder.log(task.id))} 2>&1 ;;`;
    });
    return [
      "#!/bin/sh",
      'case "$SLURM_ARRAY_TASK_ID" in',
      ...cases,
      "esac",
      "",
    ].join("\n");
  }

  /** States of the user's tasks by `array_index`; null if the queue cannot be asked just now. */
  async #queue(): Promise<ReadonlyMap<string, string> | null> {
    const { code, out, err } = await call("squeue", [
      "--me",
      "--noheader",
      "--array",
      "--states=all",
      "--format=%i %T",
    ]);
    if (code !== 0) {
      this.#o.say(`squeue does not answer, trying again: ${err.trim().split("\n").at(-1)}`);
      return null;
    }
    return new Map(
      out.split("\n").filter((line) => line !== "").map((line) =>
        line.trim().split(/\s+/) as [string, string]
      ),
    );
  }

  async #cancel(jobs: readonly string[]): Promise<void> {
    // SIGTERM first, on which runs save; Slurm's KillWait later they would be killed.
    const { code, err } = await call("scancel", [...jobs]);
    if (code !== 0) this.#o.say(`scancel: ${err.trim()}`);
  }

  /** What accounting says of a task's end, or else the queue said last; null for a normal end. */
  async #howEnded({ job, state }: Followed): Promise<string | null> {
    const { code, out } = await call("sacct", [
      "--noheader",
      "--parsable2",
      "--allocations",
      "--format=State",
      `--jobs=${job}`,
    ]).catch(() => ({ code: 1, out: "" }));
    const said = code === 0 ? out.trim().split("\n").at(-1) : "";
    const last = said || (OVER.test(state) ? state : "");
    return last === "" || last.startsWith("COMPLETED") ? null : `Slurm says ${last}`;
  }
}

/**
 * Asks Slurm whether it would take tasks that ask for so much, before anything is written.
 *
 * @throws {BadInput} If it would not, or is not there.
 */
export async function requireSlurm(requests: SlurmRequests): Promise<void> {
  let answer;
  try {
    answer = await call("sbatch", ["--test-only", ...requestFlags(requests), "--wrap=true"]);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
    throw new BadInput("--engine slurm needs sbatch and squeue on PATH, and there is no sbatch");
  }
  if (answer.code !== 0) throw refusal(answer.err);
}

function refusal(said: string): BadInput {
  return new BadInput(`Slurm does not take the sweep: ${said.trim().split("\n").at(-1)}`);
}

function requestFlags(
  { partition, time, memory, gpus, cpus, options }: SlurmRequests,
): readonly string[] {
  const flags = { partition, time, mem: memory, gpus, "cpus-per-task": cpus };
  return [
    ...Object.entries(flags).flatMap(([flag, value]) =>
      value === undefined ? [] : [`--${flag}=${value}`]
    ),
    ...options,
  ];
}

async function call(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number; readonly out: string; readonly err: string }> {
  const { code, stdout, stderr } = await new Deno.Command(command, {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), err: text(stderr) };
}

/** Waits, but no longer than until a signal. */
async function sleep(milliseconds: number, signal: AbortSignal | null): Promise<void> {
  if (signal?.aborted) return;
  await new Promise<void>((resolve) => {
    const done = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const timer = setTimeout(done, milliseconds);
    signal?.addEventListener("abort", done);
  });
}

/** A word of a shell command, whatever is in it. */
function quoted(word: string): string {
  return `'${word.replaceAll("'", "'\\''")}'`;
}
