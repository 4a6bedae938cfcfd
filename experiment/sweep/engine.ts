import type { SweepTask } from "./sweep_folder_deno.ts";

/** Who is told how tasks get on. */
export interface EngineEvents {
  /** A cluster has taken a task in. */
  submitted(task: SweepTask, job: string): void;
  /** A task is being worked on. */
  started(task: SweepTask): void;
  /**
   * A task has ended, well or not: the run's folder says which.
   *
   * @param how What the engine knows of an end that was not a normal one, e.g. `killed by SIGKILL`.
   */
  ended(task: SweepTask, how: string | null): Promise<void>;
}

/** Does tasks of a sweep. */
export interface Engine {
  /**
   * Does tasks, as many at once as it may.
   *
   * @param signal Ends all that is under way: runs save and stop.
   * @returns When all have ended, and events have been told.
   */
  run(tasks: readonly SweepTask[], events: EngineEvents, signal: AbortSignal): Promise<void>;
}

/**
 * The command of a task, which both engines call: `sweep --task` begins the run or goes on with it.
 *
 * @param program Deno and the command line's file: what starts this program again.
 */
export function taskCommand(
  { id, goal, last }: SweepTask,
  { program, dir, plugins }: {
    readonly program: readonly string[];
    readonly dir: string;
    readonly plugins: readonly string[];
  },
): readonly [string, ...string[]] {
  const [deno, ...rest] = program;
  return [
    deno!, // a program has a name
    ...rest,
    "sweep",
    ...["--resume", dir, "--task", id],
    ...(last ? [] : ["--until", String(goal)]),
    ...plugins.flatMap((plugin) => ["--plugin", plugin]),
  ];
}
