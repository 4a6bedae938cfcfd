import type { Progress } from "../../datasets/store/work.ts";
import { duration } from "./duration.ts";

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
