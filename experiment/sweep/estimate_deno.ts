import { stringify } from "yaml";
import { readRun } from "../run/read_run_deno.ts";
import { duration } from "../run/forecast.ts";
import type { Search } from "./plan.ts";
import { plannedSteps } from "./run_sweep_deno.ts";
import type { NewRun } from "./sweep_store_deno.ts";

/** What was measured of an algorithm. */
export interface Pace {
  /** Seconds from the command to the first steps: opening data and adapter, compiling kernels. */
  readonly start: number;
  /** Seconds a step from then on. */
  readonly step: number;
}

/** Paces by algorithm; null where nothing could be measured. */
export type Paces = ReadonlyMap<string, Pace | null>;

/** Seconds that one algorithm is watched at most, its start not counted, and all together. */
const WATCH = 4, BUDGET = 30;

/** Steps that are watched at most, and from one log row to the next. */
const STEPS = 60, ROW = 2;

/**
 * Trains the first run of each algorithm for some steps in a folder of the system's for temporary
 * files, which is removed, and times them.
 */
export async function estimateSweep(
  runs: readonly NewRun[],
  { program, plugins }: {
    readonly program: readonly string[];
    readonly plugins: readonly string[];
  },
): Promise<Paces> {
  const begun = performance.now();
  const firsts = [...Map.groupBy(runs, algorithmOf)].map(([name, group]) =>
    [name, group[0]!] as const
  );
  const measured = new Map<string, Pace | null>();
  const scratch = await Deno.makeTempDir({ prefix: "longtail-estimate-" });
  try {
    for (const [name, run] of firsts) {
      const spent = (performance.now() - begun) / 1000 > BUDGET;
      const dir = `${scratch}/${run.id}`;
      measured.set(name, spent ? null : await timeSteps(run, { dir, program, plugins }));
    }
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
  return measured;
}

function algorithmOf({ options }: NewRun): string {
  return String(options.algorithm ?? "");
}

/** @returns Null if there were too few steps. */
async function timeSteps(
  { options, steps }: NewRun,
  { dir, program: [deno, ...rest], plugins }: {
    readonly dir: string;
    readonly program: readonly string[];
    readonly plugins: readonly string[];
  },
): Promise<Pace | null> {
  const config = `${dir}.yaml`;
  const often = { logEvery: ROW, evaluateEvery: steps, checkpointEvery: steps };
  await Deno.writeTextFile(config, stringify({ ...options, ...often }));
  const child = new Deno.Command(deno!, {
    args: [
      ...rest,
      ...["train", "--config", config, "--out", dir, "--quiet"],
      ...plugins.flatMap((plugin) => ["--plugin", plugin]),
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  let ended = false;
  const over = child.status.then(() => ended = true);
  let rows: readonly { readonly step: number; readonly seconds: number }[] = [];
  let start: number | undefined;
  for (const begun = performance.now(); !ended;) {
    await Promise.race([over, new Promise((resolve) => setTimeout(resolve, 200))]);
    rows = await readRun(dir).then((run) => run.rows, () => rows);
    const [first, last] = [rows[0], rows.at(-1)];
    if (last) start ??= (performance.now() - begun) / 1000;
    const enough = first && last && (last.seconds - first.seconds > WATCH || last.step >= STEPS);
    if (enough || (performance.now() - begun) / 1000 > BUDGET) break;
  }
  if (!ended) child.kill("SIGKILL");
  await over;
  // The first row waits for kernels.
  const [first, last] = [rows[0], rows.at(-1)];
  if (!first || !last || start === undefined || last.step === first.step) return null;
  return { start, step: (last.seconds - first.seconds) / (last.step - first.step) };
}

/** A time estimate in words: measured, or said to be unknown. */
export function describeEstimate(
  measured: Paces,
  { runs, search, workers }: {
    readonly runs: readonly NewRun[];
    readonly search: Search | null;
    readonly workers: number;
  },
): string {
  const fresh = runs.map((run) => ({ ...run, status: "waiting" as const, result: null }));
  const total = plannedSteps(fresh, search);
  const known = [...measured.values()].filter((pace) => pace !== null);
  const head = `${runs.length} runs, ${total} steps`;
  if (known.length === 0) return `${head}; time unknown: no step could be measured`;
  const mean = (of: keyof Pace) => known.reduce((sum, pace) => sum + pace[of], 0) / known.length;
  const typical: Pace = { start: mean("start"), step: mean("step") };
  const paceOf = (run: NewRun) => measured.get(algorithmOf(run)) ?? typical;
  const full = runs.reduce((sum, { steps }) => sum + steps, 0);
  const training = runs.reduce((sum, run) => sum + run.steps * paceOf(run).step, 0);
  const starts = runs.reduce((sum, run) => sum + paceOf(run).start, 0);
  const seconds = (training * total / full + starts) / workers;
  const paces = known.map(({ step }) => Math.round(1000 * step));
  const guessed = measured.size - known.length;
  return `${head}; about ${duration(seconds)} with ${workers} ${
    workers === 1 ? "worker" : "workers, if they do not slow each other down"
  }, evaluations not counted (measured just now: ${Math.min(...paces)} to ${
    Math.max(...paces)
  } ms a step, ${typical.start.toFixed(0)} s to start${
    guessed > 0 ? `; ${guessed} of ${measured.size} algorithms taken for the mean` : ""
  })`;
}
