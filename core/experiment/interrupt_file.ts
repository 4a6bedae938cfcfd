/** Tells whether the user has asked the run to stop. */
export interface Interrupt {
  /** True once Ctrl-C or a request to terminate has arrived. */
  readonly asked: boolean;
  /** Stops listening. */
  stop(): void;
}

/**
 * Listens for Ctrl-C. A terminal's arrives twice through a task runner, so repeats within a second
 * are one; a later one ends the process at once.
 */
export function listenForInterrupt(): Interrupt {
  let first: number | null = null;
  const onSignal = () => {
    const now = performance.now();
    if (first === null) first = now;
    else if (now - first > 1000) Deno.exit(130);
  };
  Deno.addSignalListener("SIGINT", onSignal);
  Deno.addSignalListener("SIGTERM", onSignal);
  return {
    get asked() {
      return first !== null;
    },
    stop() {
      Deno.removeSignalListener("SIGINT", onSignal);
      Deno.removeSignalListener("SIGTERM", onSignal);
    },
  };
}
