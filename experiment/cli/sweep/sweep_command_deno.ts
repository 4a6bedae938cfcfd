import { BadInput } from "../../../core/bad_input.ts";
import { DEFAULTS } from "../../config/schema.ts";
import { publishedScores } from "../../published/experiments.ts";
import { listenForInterrupt } from "../../run/interrupt_deno.ts";
import { tell } from "../../run/progress_deno.ts";
import type { Engine } from "../../sweep/engine.ts";
import { describeEstimate, estimateSweep } from "../../sweep/estimate_deno.ts";
import { LocalEngine } from "../../sweep/local_engine_deno.ts";
import { parsePlan, type Plan } from "../../sweep/plan.ts";
import { runSweep, type SweepOutcome } from "../../sweep/run_sweep_deno.ts";
import { MissingScore } from "../../sweep/search.ts";
import { requireSlurm, SlurmEngine } from "../../sweep/slurm_engine_deno.ts";
import { sweepDisplay } from "../../sweep/sweep_display_deno.ts";
import { SweepFolder } from "../../sweep/sweep_folder_deno.ts";
import { differingOptions } from "../../sweep/sweep_results.ts";
import { type NewRun, type StoredRun, SweepStore } from "../../sweep/sweep_store_deno.ts";
import { EXIT } from "../exit_codes_deno.ts";
import { pluginPath } from "../load_plugins_deno.ts";
import { trainCommand } from "../train_command_deno.ts";
import { userPath } from "../user_files_deno.ts";
import { type PlanFlags, planSweep } from "./planned_runs_deno.ts";

/** Flags of `sweep`. */
export interface SweepFlags extends PlanFlags {
  readonly out?: string;
  readonly resume?: string;
  readonly engine?: string;
  readonly workers?: string;
  readonly dryRun?: boolean;
  readonly quiet?: boolean;
  /** ID of the one run that a worker is to train. */
  readonly task?: string;
  readonly until?: string;
  readonly attached?: boolean;
}

const ENGINES = ["local", "slurm"];

/** What starts this program again, with what a run may do and no more. */
const PROGRAM = [
  Deno.execPath(),
  ...["run", "--quiet", "--allow-read", "--allow-write", "--allow-env", "--allow-sys"],
  new URL("../../../cli.ts", import.meta.url).href,
];

/** `sweep`: a plan's runs, begun or gone on with. */
export async function sweepCommand(file: string | undefined, flags: SweepFlags): Promise<number> {
  const { resume } = flags;
  if (resume !== undefined && flags.task !== undefined) {
    return await work(resume, flags.task, flags);
  }
  if (resume !== undefined) {
    const { out, engine, dataDir, set } = flags;
    if ([file, out, engine, dataDir, set].some((given) => given !== undefined)) {
      throw new BadInput(
        "--resume goes on with a sweep as it was begun: leave out plan, --out, --engine, --data-dir, --set",
      );
    }
    return await follow(new SweepFolder(userPath(resume)), flags);
  }
  if (file === undefined || flags.out === undefined) {
    throw new BadInput(
      "sweep takes a plan and --out DIR, or --resume DIR: sweep PLAN.yaml --out DIR",
    );
  }
  return await begin(file, flags.out, flags);
}

async function begin(file: string, out: string, flags: SweepFlags): Promise<number> {
  const { plugin: plugins = [], engine = "local" } = flags;
  if (!ENGINES.includes(engine)) {
    throw new BadInput(`--engine is '${engine}': give ${ENGINES.join(" or ")}`);
  }
  workersFlag(flags);
  const { text, plan, runs } = await planSweep(file, flags);
  const folder = new SweepFolder(userPath(out));
  await folder.requireFree();
  if (engine === "slurm") await requireSlurm(plan.slurm);
  if (flags.dryRun) {
    await dryRun(runs, plan, flags);
    return EXIT.done;
  }
  const facts = { plan: text, planName: file, engine, plugins: plugins.map(pluginPath) };
  await folder.create(facts, runs);
  return await follow(folder, flags);
}

async function dryRun(runs: readonly NewRun[], plan: Plan, flags: SweepFlags): Promise<void> {
  const keys = differingOptions(runs);
  for (const { id, options, seed, steps } of runs) {
    const said = keys.filter((key) => key in options)
      .map((key) => `${key}=${JSON.stringify(options[key])}`);
    console.log([id, ...said, `seed=${seed}`, `steps=${steps}`].join("  "));
  }
  const workers = workersFlag(flags) ?? 1;
  const estimate = await estimateSweep(runs, {
    program: PROGRAM,
    plugins: (flags.plugin ?? []).map(pluginPath),
  });
  console.log(describeEstimate(estimate, { runs, search: plan.search, workers }));
}

function workersFlag({ workers }: SweepFlags): number | null {
  if (workers === undefined) return null;
  const count = Number(workers);
  if (Number.isInteger(count) && count >= 1) return count;
  throw new BadInput(`--workers is '${workers}': give a whole number, at least 1`);
}

/** Does what is left of a sweep. */
async function follow(folder: SweepFolder, flags: SweepFlags): Promise<number> {
  const workers = workersFlag(flags), { quiet = false } = flags;
  const plugins = (flags.plugin ?? []).map(pluginPath);
  const store = await SweepStore.open(folder.store);
  using _ = await folder.lock();
  const { plan: text, planName, engine: kind, plugins: needed } = store.facts;
  const missing = needed.filter((specifier) => !plugins.includes(specifier));
  if (missing.length > 0) {
    throw new BadInput(
      `The sweep ${folder.path} was begun with --plugin ${
        missing.join(" ")
      }, whose code would run ` +
        "again: give it again",
    );
  }
  const { search, slurm } = parsePlan(text, planName);
  if (flags.dryRun) {
    const open = store.runs().filter(({ status }) => !["finished", "stopped"].includes(status));
    for (const { id, status } of open) console.log(`${id}  ${status}`);
    console.log(`${open.length} of ${store.runs().length} runs have not finished`);
    return EXIT.done;
  }
  const display = sweepDisplay({ quiet });
  const common = { folder, program: PROGRAM, plugins };
  const engine: Engine = kind === "slurm"
    ? new SlurmEngine({ ...common, workers, requests: slurm, say: display.say })
    : new LocalEngine({ ...common, workers: workers ?? 1 });
  const interrupt = listenForInterrupt();
  try {
    const { signal } = interrupt;
    const outcome = await runSweep({
      folder,
      store,
      search,
      engine,
      display,
      signal,
      published: publishedScores,
    });
    if (signal.aborted) {
      tell(
        `Interrupted; runs are saved. Resume with: deno task sweep --resume ${folder.path}`,
      );
      return EXIT.interrupted;
    }
    return await conclude(folder, outcome, search?.by);
  } catch (error) {
    if (!(error instanceof MissingScore)) throw error;
    tell(`error: ${error.message}`);
    return EXIT.failed;
  } finally {
    interrupt.stop();
    store.close();
  }
}

/** Prints the table, the winner of a search, and what failed. */
async function conclude(
  folder: SweepFolder,
  { runs, standings }: SweepOutcome,
  by: string | undefined,
): Promise<number> {
  console.log(await Deno.readTextFile(`${folder.path}/table.md`));
  const winner = standings?.[0] &&
    runs.find((r) => r.configuration === standings[0]!.configuration);
  if (winner) console.log(`${winnerWords(folder, winner, standings[0]!.score, by)}\n`);
  console.log(folder.path);
  const failed = runs.filter(({ status }) => status === "failed");
  if (failed.length === 0) return EXIT.done;
  tell(
    `${failed.length} of ${runs.length} runs failed; table.md says why. Try them again with: deno task sweep --resume ${folder.path}`,
  );
  return EXIT.failed;
}

function winnerWords(
  folder: SweepFolder,
  { id, options, steps }: StoredRun,
  score: number,
  by: string | undefined,
): string {
  return `Best: ${options.algorithm ?? DEFAULTS.algorithm}, ${by} ${(100 * score).toFixed(1)} %. ` +
    "Train it longer, for example four times as long, with:\n" +
    `deno task train --config ${folder.config(id)} --steps ${4 * steps}`;
}

/** A worker's part: one run, begun or gone on with. */
async function work(dir: string, id: string, flags: SweepFlags): Promise<number> {
  const folder = new SweepFolder(userPath(dir));
  if (flags.attached) stopWithInput();
  using _ = await folder.lockRun(id);
  const { until, plugin } = flags;
  return await trainCommand({
    ...await folder.taskFlags(id),
    ...until === undefined ? {} : { until },
    ...plugin === undefined ? {} : { plugin },
  });
}

/** Asks this process to stop once its standard input ends, as it does when the sweep dies. */
async function stopWithInput(): Promise<void> {
  for await (const _ of Deno.stdin.readable);
  Deno.kill(Deno.pid, "SIGINT");
}
