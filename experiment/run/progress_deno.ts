import process from "node:process";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import type { LogRow } from "../../core/training/trainer.ts";

/** Shows how a run is getting on. */
export interface ProgressDisplay {
  /** Says something once. */
  say(text: string): void;
  /** Shows a log period's means; `seconds` is the time left. */
  row(row: LogRow & { readonly imagesPerSecond: number }, secondsLeft: number): void;
  /** Moves the bar to a step. */
  step(done: number): void;
  /** Leaves the terminal as it was. */
  stop(): void;
}

/**
 * A bar on a terminal, plain lines elsewhere, nothing if `quiet`. Everything goes to standard
 * error, so that results can be piped.
 *
 * @param steps Steps of the whole run.
 * @param start Steps done before.
 */
export function progressDisplay(
  steps: number,
  start: number,
  { quiet = false }: { quiet?: boolean } = {},
): ProgressDisplay {
  if (quiet) return { say() {}, row() {}, step() {}, stop() {} };
  if (!process.stderr.isTTY) return plainLines(steps);
  let rates = "";
  const bar = new SingleBar({
    format: (_, { progress, value }) => {
      const full = Math.round(24 * progress);
      const drawn = "█".repeat(full) + "░".repeat(24 - full);
      return `${drawn} ${value}/${steps} ${rates}`;
    },
    stream: process.stderr,
    hideCursor: true,
    clearOnComplete: true,
    fps: 5,
  });
  bar.start(steps, start);
  return {
    say: (text) => {
      // Overwrites the bar's line; the next redraw puts the bar below.
      process.stderr.write(`\r\x1b[K${text}\n`);
    },
    row: (row, left) => {
      rates = describe(row, left);
    },
    step: (done) => bar.update(done),
    stop: () => bar.stop(),
  };
}

/** One line at most every ten seconds. */
function plainLines(steps: number): ProgressDisplay {
  let last = -Infinity;
  return {
    say: tell,
    row: (row, left) => {
      if (performance.now() - last < 10_000 && row.step < steps) return;
      last = performance.now();
      tell(`step ${row.step}/${steps} ${describe(row, left)}`);
    },
    step() {},
    stop() {},
  };
}

function describe(row: LogRow & { readonly imagesPerSecond: number }, left: number): string {
  const losses = Object.entries(row.loss).map(([name, value]) => `${name} ${value.toFixed(3)}`);
  return [
    ...losses,
    ...(row.mask === null ? [] : [`mask ${row.mask.toFixed(2)}`]),
    `lr ${row.learningRate.toPrecision(3)}`,
    `${row.imagesPerSecond.toFixed(0)} images/s`,
    `ETA ${duration(left)}`,
  ].join(" · ");
}

/** Seconds as people read them: `75` is `1m15s`; `?` if nobody knows. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const s = Math.round(seconds);
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${String(s % 60).padStart(2, "0")}s`;
  return `${Math.floor(s / 3600)}h${String(Math.floor(s % 3600 / 60)).padStart(2, "0")}m`;
}

/**
 * Says something on standard error. Who cannot be told, since nobody reads any longer or the disk is
 * full, does not end a run.
 */
export function tell(text: unknown): void {
  try {
    console.error(text);
  } catch { /* there is nobody to tell */ }
}
