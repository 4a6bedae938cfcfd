import process from "node:process";

/** What asks a run to stop: Ctrl-C, a request to terminate, a terminal that is closed. */
const SIGNALS: readonly Deno.Signal[] = Deno.build.os === "windows"
  ? ["SIGINT", "SIGBREAK"]
  : ["SIGINT", "SIGTERM", "SIGHUP"];

/** Tells whether the user has asked the run to stop. */
export interface Interrupt {
  /** True once one of the signals has arrived. */
  readonly asked: boolean;
  /** Aborted at that moment. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  stop(): void;
}

/** Those who listen; told at once when a task runner is gone. */
const listeners = new Set<() => void>();

/** Milliseconds between two looks at who started this process. */
const LOOK = 250;

/**
 * Makes this process end with the task runner that started it: a `deno task` that is killed passes no
 * signal on, so that its run would go on unseen. A run saves first, as at Ctrl-C. To be called by
 * processes of a task runner only: others may outlive who started them, as with `nohup`.
 */
export function endWithTaskRunner(): void {
  const runner = Deno.ppid;
  const timer = setInterval(() => {
    if (Deno.ppid === runner) return;
    clearInterval(timer);
    if (listeners.size === 0) Deno.exit(130);
    for (const stop of listeners) stop();
  }, LOOK);
  Deno.unrefTimer(timer);
}

/**
 * Listens for Ctrl-C, a request to terminate and a closed terminal. A terminal's Ctrl-C arrives twice
 * through a task runner, so repeats within a second are one; a later one ends the process at once. Who
 * reads standard error no longer, as a closed terminal does, does not end a run.
 */
export function listenForInterrupt(): Interrupt {
  const asked = new AbortController();
  let first = 0;
  const onSignal = () => {
    const now = performance.now();
    if (!asked.signal.aborted) {
      first = now;
      asked.abort();
    } else if (now - first > 1000) Deno.exit(130);
  };
  for (const signal of SIGNALS) Deno.addSignalListener(signal, onSignal);
  listeners.add(onSignal);
  const onBrokenPipe = () => {};
  process.stderr.on("error", onBrokenPipe);
  return {
    get asked() {
      return asked.signal.aborted;
    },
    signal: asked.signal,
    stop() {
      for (const signal of SIGNALS) Deno.removeSignalListener(signal, onSignal);
      listeners.delete(onSignal);
      process.stderr.off("error", onBrokenPipe);
    },
  };
}
