import process from "node:process";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import { duration } from "../run/forecast.ts";
import { tell } from "../run/progress_deno.ts";

/** How a sweep is getting on. */
export interface SweepProgress {
  /** Runs of the sweep. */
  readonly runs: number;
  /** Runs that need no more work: finished, or stopped by the search. */
  readonly done: number;
  readonly failed: number;
  readonly running: number;
  /** Steps done of all runs, and how many there are to do, those done included. */
  readonly steps: number;
  readonly total: number;
}

/** Shows how a sweep is getting on. */
export interface SweepDisplay {
  /** Says something once. */
  say(text: string): void;
  update(progress: SweepProgress): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

/** Milliseconds from one plain line to the next. */
const PAUSE = 10_000;

/**
 * A bar over all runs on a terminal, a plain line now and then elsewhere, nothing if `quiet`; to
 * standard error.
 */
export function sweepDisplay({ quiet = false }: { readonly quiet?: boolean } = {}): SweepDisplay {
  if (quiet) return { say() {}, update() {}, stop() {} };
  const describe = describer();
  if (!process.stderr.isTTY) {
    let last = performance.now();
    return {
      say: tell,
      update(progress) {
        const line = describe(progress);
        if (performance.now() - last < PAUSE) return;
        last = performance.now();
        tell(line);
      },
      stop() {},
    };
  }
  let line = "", started = false;
  const bar = new SingleBar({
    format: (_, { progress }) => {
      const full = Math.round(24 * Math.min(1, progress));
      return `${"█".repeat(full)}${"░".repeat(24 - full)} ${line}`;
    },
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    fps: 5,
  });
  return {
    // Overwrites the bar's line; the next redraw puts the bar below.
    say: (text) => void process.stderr.write(`\r\x1b[K${text}\n`),
    update(progress) {
      line = describe(progress);
      if (!started) bar.start(progress.total, progress.steps);
      started = true;
      bar.setTotal(progress.total);
      bar.update(progress.steps);
    },
    stop: () => bar.stop(),
  };
}

/** Puts progress into words; the rate is that of this session. */
function describer(): (progress: SweepProgress) => string {
  const begun = performance.now();
  let before: number | undefined;
  return ({ runs, done, failed, running, steps, total }) => {
    before ??= steps;
    const rate = (steps - before) / ((performance.now() - begun) / 1000);
    return [
      `${done}/${runs} runs`,
      ...(failed > 0 ? [`${failed} failed`] : []),
      `${running} running`,
      `step ${steps}/${total}`,
      `ETA ${rate > 0 ? duration((total - steps) / rate) : "?"}`,
    ].join(" · ");
  };
}
