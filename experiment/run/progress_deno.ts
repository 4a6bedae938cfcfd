import process from "node:process";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import type { LogRow } from "../../core/training/trainer.ts";
import { duration } from "./forecast.ts";

/** What a run's line shows beside its steps; undefined is what is not known yet. */
export interface RunPace {
  /** Seconds that a step takes. */
  readonly secondsPerStep: number;
  /** Seconds of training that are left. */
  readonly secondsLeft: number;
  /** Sum of the loss terms in the last log period. */
  readonly loss?: number;
  /** Mean weight of the unlabeled images in it. */
  readonly mask?: number;
  /** Of the last evaluation, from 0 to 1. */
  readonly balancedAccuracy?: number;
}

/** Shows how a run is getting on. */
export interface ProgressDisplay {
  /** Says something once. */
  say(text: string): void;
  /** Says what a step takes, as soon as it is known. */
  pace(done: number, pace: RunPace): void;
  /** Shows a log period's means. */
  row(row: LogRow & { readonly imagesPerSecond: number }, pace: RunPace): void;
  /** Shows what the last evaluation came to. */
  evaluated(balancedAccuracy: number): void;
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
  if (quiet) return { say() {}, pace() {}, row() {}, evaluated() {}, step() {}, stop() {} };
  if (!process.stderr.isTTY) return plainLines(steps);
  let shown: RunPace | undefined, balancedAccuracy: number | undefined;
  const bar = new SingleBar({
    format: (_, { progress, value }) => {
      const full = Math.round(24 * progress);
      const drawn = "█".repeat(full) + "░".repeat(24 - full);
      const known = shown && {
        ...shown,
        ...balancedAccuracy !== undefined && { balancedAccuracy },
      };
      return `${drawn} ${value}/${steps}${known ? ` · ${paceWords(known)}` : ""}`;
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
    pace: (_, pace) => {
      shown = { ...shown, ...pace };
    },
    row: (row, pace) => {
      const loss = Object.values(row.loss).reduce((sum, value) => sum + value, 0);
      shown = { ...pace, loss, ...row.mask !== null && { mask: row.mask } };
    },
    evaluated: (value) => {
      balancedAccuracy = value;
    },
    step: (done) => bar.update(done),
    stop: () => bar.stop(),
  };
}

/** Milliseconds from one plain line to the next, and to one of a run whose log periods are longer. */
const PAUSE = 10_000, LONG_PAUSE = 60_000;

function plainLines(steps: number): ProgressDisplay {
  let last = -Infinity, known: RunPace | undefined;
  const line = (done: number, text: string) => {
    last = performance.now();
    tell(`step ${done}/${steps} ${text}`);
  };
  return {
    say: tell,
    pace: (done, pace) => {
      known = pace;
      line(done, paceWords(pace));
    },
    row: (row, pace) => {
      known = pace;
      if (performance.now() - last < PAUSE && row.step < steps) return;
      line(row.step, describe(row, pace.secondsLeft));
    },
    evaluated() {},
    step: (done) => {
      if (!known || performance.now() - last < LONG_PAUSE) return;
      const { secondsPerStep } = known;
      line(done, paceWords({ secondsPerStep, secondsLeft: secondsPerStep * (steps - done) }));
    },
    stop() {},
  };
}

/** What a step takes, what is left, and how well it goes: `0.21 s/step · 3m05s left · loss 1.23`. */
export function paceWords(
  { secondsPerStep, secondsLeft, loss, mask, balancedAccuracy }: RunPace,
): string {
  return [
    `${rate(secondsPerStep)} s/step`,
    `${duration(secondsLeft)} left`,
    ...loss === undefined ? [] : [`loss ${loss.toFixed(3)}`],
    ...mask === undefined ? [] : [`mask ${mask.toFixed(2)}`],
    ...balancedAccuracy === undefined
      ? []
      : [`balanced accuracy ${(100 * balancedAccuracy).toFixed(1)} %`],
  ].join(" · ");
}

/** Seconds with two digits that count: `0.0042`, `0.21`, `16`. */
function rate(seconds: number): string {
  return seconds >= 10 ? seconds.toFixed(0) : String(Number(seconds.toPrecision(2)));
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

/**
 * Says something on standard error. Who cannot be told, since nobody reads any longer or the disk is
 * full, does not end a run.
 */
export function tell(text: unknown): void {
  try {
    console.error(text);
  } catch { /* there is nobody to tell */ }
}
