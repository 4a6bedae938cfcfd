import process from "node:process";
// @ts-types="@types/cli-progress"
import { SingleBar } from "cli-progress";
import type { OnProgress, Progress } from "../../datasets/store/work.ts";
import { duration } from "./forecast.ts";
import { tell } from "./progress_deno.ts";

/** Shows how a long piece of work is getting on. */
export interface WorkDisplay {
  readonly report: OnProgress;
  /** Leaves the terminal as it was. */
  stop(): void;
}

/** Milliseconds from one plain line to the next. */
const PAUSE = 10_000;

/**
 * A bar on a terminal, a plain line now and then and at the end of each stage elsewhere, nothing if
 * `quiet`. Everything goes to standard error.
 */
export function workDisplay({ quiet = false }: { readonly quiet?: boolean } = {}): WorkDisplay {
  if (quiet) return { report() {}, stop() {} };
  return process.stderr.isTTY ? bars() : plainLines();
}

function bars(): WorkDisplay {
  const started = stageClock();
  let bar: SingleBar | undefined;
  let shown: Progress | undefined;
  return {
    report(progress) {
      const same = shown !== undefined && stageOf(shown) === stageOf(progress);
      shown = progress;
      const start = started(progress);
      if (same) bar?.update(progress.done);
      else {
        bar?.stop();
        bar = new SingleBar({
          format: () => drawBar(shown ?? progress, started(shown ?? progress)),
          stream: process.stderr,
          hideCursor: true,
          clearOnComplete: true,
          fps: 5,
        });
        bar.start(progress.total ?? 0, start.done);
      }
    },
    stop: () => bar?.stop(),
  };
}

function drawBar(progress: Progress, start: WorkStart): string {
  const { done, total } = progress, text = describeWork(progress, start);
  if (!total) return text;
  const full = Math.round(24 * Math.min(1, done / total));
  return `${"█".repeat(full)}${"░".repeat(24 - full)} ${text}`;
}

function plainLines(): WorkDisplay {
  const started = stageClock();
  let stage = "", said = 0;
  return {
    report(progress) {
      const now = performance.now(), start = started(progress);
      if (stageOf(progress) !== stage) {
        stage = stageOf(progress);
        said = now;
      }
      const due = now - said >= PAUSE || progress.trouble !== undefined;
      if (progress.done !== progress.total && !due) return;
      said = now;
      tell(describeWork(progress, start));
    },
    stop() {},
  };
}

/** Tells since when the stage of a progress is under way. */
function stageClock(): (progress: Progress) => WorkStart {
  let stage = "", from = 0, at = 0;
  return (progress) => {
    if (stageOf(progress) !== stage) {
      stage = stageOf(progress);
      from = progress.done;
      at = performance.now();
    }
    return { done: from, seconds: (performance.now() - at) / 1000 };
  };
}

function stageOf({ stage, what }: Progress): string {
  return `${stage} ${what}`;
}

const STAGES: Readonly<Record<Progress["stage"], string>> = {
  download: "downloading",
  unpack: "unpacking",
  pack: "packing",
  check: "checking",
};

/** Since when a stage is under way, for its rate. */
export interface WorkStart {
  /** What had been done by then, in the unit of the progress. */
  readonly done: number;
  /** Seconds ago. */
  readonly seconds: number;
}

/**
 * How far a piece of work is, in words: `packing train: 1200/5000 images · 300 images/s · ETA 13s`.
 */
export function describeWork(
  { stage, what, done, total, unit, trouble }: Progress,
  { done: before, seconds }: WorkStart,
): string {
  const rate = seconds > 0 ? (done - before) / seconds : 0;
  const amount = (n: number) => unit === "bytes" ? (n / 1e6).toFixed(1) : String(Math.round(n));
  const name = unit === "bytes" ? "MB" : unit;
  return [
    ...(trouble === undefined ? [] : [`${trouble}; trying again`]),
    `${STAGES[stage]} ${what}: ${amount(done)}${
      total === undefined ? "" : `/${amount(total)}`
    } ${name}`,
    ...(rate > 0 ? [`${amount(rate)} ${name}/s`] : []),
    ...(rate > 0 && total !== undefined && done < total
      ? [`ETA ${duration((total - done) / rate)}`]
      : []),
  ].join(" · ");
}
