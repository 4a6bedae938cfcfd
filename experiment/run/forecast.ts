import { inSlot } from "../../core/training/plugin/slot_failed.ts";
import type { Resolved } from "../config/resolve.ts";

/** What a run's length is to be held against. */
type ForecastRun = Pick<Resolved, "config" | "stack" | "whoSet">;

/**
 * What will not happen in a run, since it is too short for it: parts of methods, the end of the warm-up,
 * evaluations and checkpoints on the way. A sentence each.
 */
export function missedParts({ config, stack }: Pick<ForecastRun, "config" | "stack">): string[] {
  const { steps, epochSteps, warmupSteps } = config;
  const late = stack.plugins.flatMap(({ name, spec, config: options }) =>
    (inSlot(name, "starts", () => spec.starts?.(options, { steps, epochSteps })) ?? [])
      .filter(({ after }) => after >= steps)
      .map(({ does, after, by }) =>
        `Note: ${name} ${does} after step ${after}, and this run has ${steps}: it never does so ` +
        `here; give more --steps, or a smaller ${by}`
      )
  );
  const rising = warmupSteps >= steps
    ? [
      `Note: the learning rate rises for ${warmupSteps} steps (warmupSteps), and this run has ${steps}: ` +
      "it never gets to its highest point",
    ]
    : [];
  const periods = (["logEvery", "evaluateEvery", "checkpointEvery"] as const)
    .filter((key) => config[key] > steps).map((key) => `${key} (${config[key]})`);
  const once = periods.length === 0 ? [] : [
    `Note: ${new Intl.ListFormat("en").format(periods)} ${
      periods.length === 1 ? "is" : "are"
    } longer than the run of ${steps} ` +
    `step${steps === 1 ? "" : "s"}: that happens at its end alone`,
  ];
  return [...late, ...rising, ...once, ...slowNorms(config)];
}

/** Variants of Wide ResNet whose running statistics take a thousandth of each batch. */
const SLOW: readonly string[] = ["simpro", "usb"];

/** What a short run should know of batch norm that is published for long ones. */
function slowNorms(
  { model, modelVariant, steps }: ForecastRun["config"],
): string[] {
  const reached = 1 - 0.999 ** steps;
  if (!/^wrn-/.test(model) || !SLOW.includes(modelVariant) || reached > 0.9) return [];
  return [
    `Note: batch norm of modelVariant ${modelVariant} takes a thousandth of each step, so that after ${steps} ` +
    `its statistics are ${Math.round(100 * reached)} % those of the images; for short runs set ` +
    "modelVariant=daso and average.warmup=true",
  ];
}

/** Up to this many seconds a run is nothing to warn of: a day. */
const LONG = 86_400;

/** What a shorter run is to fit into, in seconds: a night. */
const NIGHT = 8 * 3600;

/** How fast a run turned out to be. */
export interface Pace {
  readonly secondsPerStep: number;
  /** Steps that are left. */
  readonly left: number;
  /** Whether the adapter is a software one. */
  readonly software: boolean;
}

/** What to tell somebody whose run will take days, and what to try; null for shorter runs. */
export function longRun(
  { config: { model, steps }, whoSet }: Pick<ForecastRun, "config" | "whoSet">,
  { secondsPerStep, left, software }: Pace,
): string | null {
  const seconds = secondsPerStep * left;
  if (seconds <= LONG) return null;
  const fits = roundedDown(NIGHT / secondsPerStep);
  const network = smaller(model);
  const tries = [
    ...network === null ? [] : [`--model ${network}`],
    `--steps ${fits} (about ${duration(fits * secondsPerStep)})`,
    ...software ? ["a machine with a GPU: this adapter is a software one"] : [],
  ];
  return `Note: ${steps} steps (${whoSet("steps")}) would take ${duration(seconds)} here; try ${
    tries.join(", or ")
  }`;
}

/** A network of the same family that takes less time; null where there is none. */
function smaller(model: string): string | null {
  if (/^wrn-/.test(model) && model !== "wrn-10-1") return "wrn-10-1";
  return /^resnet-(34|50)$/.test(model) ? "resnet-18" : null;
}

/** The two first digits of a number, at least 1. */
function roundedDown(n: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(n)) - 1);
  return Math.max(1, Math.floor(n / unit) * unit);
}

/** Seconds as people read them: `75` is `1m15s`; `?` if nobody knows. */
export function duration(seconds: number): string {
  if (!Number.isFinite(seconds)) return "?";
  const s = Math.round(seconds), two = (n: number) => String(Math.floor(n)).padStart(2, "0");
  if (s < 60) return `${s}s`;
  if (s < 3600) return `${Math.floor(s / 60)}m${two(s % 60)}s`;
  if (s < 2 * 86_400) return `${Math.floor(s / 3600)}h${two(s % 3600 / 60)}m`;
  return `${Math.floor(s / 86_400)}d${two(s % 86_400 / 3600)}h`;
}
