import { type Engine, type EngineEvents, taskCommand } from "./engine.ts";
import type { SweepFolder, SweepTask } from "./sweep_folder_deno.ts";

/**
 * Tells a task that its standard input stays open as long as the sweep lives: with its end the run
 * saves and stops.
 */
const ATTACHED = "--attached";

/** What a {@linkcode LocalEngine} works with. */
export interface LocalEngineOptions {
  readonly folder: SweepFolder;
  /** How many runs at once. */
  readonly workers: number;
  /** Deno and the command line's file. */
  readonly program: readonly string[];
  /** Modules from outside that runs load. */
  readonly plugins: readonly string[];
}

/** Trains runs in processes of their own on this machine, some at once. */
export class LocalEngine implements Engine {
  readonly #o: LocalEngineOptions;

  constructor(options: LocalEngineOptions) {
    this.#o = options;
  }

  async run(
    tasks: readonly SweepTask[],
    events: EngineEvents,
    signal: AbortSignal,
  ): Promise<void> {
    const queue = [...tasks], broken = new AbortController();
    const stop = AbortSignal.any([signal, broken.signal]);
    const worker = async () => {
      for (let task = queue.shift(); task && !stop.aborted; task = queue.shift()) {
        try {
          await this.#work(task, events, stop);
        } catch (error) {
          broken.abort(error); // the others are stopped, and waited for
        }
      }
    };
    await Promise.all(Array.from({ length: this.#o.workers }, worker));
    if (broken.signal.aborted) throw broken.signal.reason;
  }

  async #work(task: SweepTask, events: EngineEvents, stop: AbortSignal): Promise<void> {
    const { folder, program, plugins } = this.#o;
    const [command, ...args] = taskCommand(task, { program, dir: folder.path, plugins });
    const log = await Deno.open(folder.log(task.id), { create: true, append: true });
    const child = new Deno.Command(command, {
      args: [...args, ATTACHED],
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    const interrupt = () => {
      try {
        child.kill("SIGINT");
      } catch { /* it has just ended */ }
    };
    stop.addEventListener("abort", interrupt);
    events.started(task);
    const copy = async (stream: ReadableStream<Uint8Array>) => {
      for await (const bytes of stream) await log.write(bytes);
    };
    const [{ code, signal }] = await Promise.all([
      child.status,
      copy(child.stdout),
      copy(child.stderr),
    ]);
    stop.removeEventListener("abort", interrupt);
    log.close();
    await child.stdin.close().catch(() => {}); // broken already if the child has ended
    await events.ended(task, signal ? `killed by ${signal}` : code ? `ended with ${code}` : null);
  }
}
