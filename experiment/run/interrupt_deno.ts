/** Tells whether the user has asked the run to stop. */
export interface Interrupt {
  /** True once Ctrl-C or a request to terminate has arrived. */
  readonly asked: boolean;
  /** Aborted at that moment. */
  readonly signal: AbortSignal;
  /** Stops listening. */
  stop(): void;
}

/**
 * Listens for Ctrl-C. A terminal's arrives twice through a task runner, so repeats within a second
 * are one; a later one ends the process at once.
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
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  return {
    get asked() {
      return asked.signal.aborted;
    },
    signal: asked.signal,
    stop() {
      Deno.removeSignalListener("SIGINT", onSignal);
      Deno.removeSignalListener("SIGTERM", onSignal);
    },
  };
}
