/**
 * The bench's command line: measures longtail's kernels and steps beside its peers'.
 *
 * @module
 */
import { describeAdapter, NO_ADAPTER, requestAdapter } from "../core/autograd/adapter.ts";
import { BadInput } from "../core/bad_input.ts";
import { userPath } from "../experiment/cli/user_files_deno.ts";
import process from "node:process";
import { type Arguments, parseArguments } from "./arguments.ts";
import { benchCases, caseNames } from "./bench_cases.ts";
import { circumstancesOf } from "./circumstances_of.ts";
import type { Work } from "./contender.ts";
import { contenderNames, openContenders } from "./open_contenders.ts";
import type { Report } from "./report.ts";
import { checkWritable, writeReport, writeResults } from "./report_file.ts";
import { reportText } from "./report_text.ts";
import { runBench } from "./run_bench.ts";

const EXIT = { failed: 1, badInput: 2, noAdapter: 3, interrupted: 130 };

async function bench({ quiet, quick, patterns, write, ...options }: Arguments): Promise<number> {
  const json = options.json === undefined ? undefined : userPath(options.json);
  const start = performance.now();
  function progress(line: string): void {
    const minutes = ((performance.now() - start) / 60_000).toFixed(1);
    if (!quiet) console.error(`[${minutes} min] ${line}`);
  }
  const adapter = await requestAdapter();
  if (!adapter) {
    console.error(NO_ADAPTER);
    return EXIT.noAdapter;
  }
  const adapterInfo = describeAdapter(adapter.info);
  const { software } = adapterInfo;
  const sizes = { quick, software };
  const cases = benchCases(patterns, sizes);
  if (json !== undefined) await checkWritable(json);
  const cores = navigator.hardwareConcurrency;
  // A software adapter computes in this process. Its processor time is steady where the wall clock
  // swings with whatever else the machine does.
  function processorTime({ elsewhere }: Pick<Work, "elsewhere">): number {
    const { user, system } = process.cpuUsage();
    return ((user + system) / 1000 + (elsewhere?.() ?? 0)) / cores;
  }
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort(new Error("Interrupted")));

  const contenders = await openContenders(options.contenders, {
    software,
    skipped: (name, why) => console.error(`${name} is left out: ${why}`),
  });
  const figures = await runBench({
    adapter,
    adapterInfo,
    contenders,
    cases,
    quick,
    clock: software ? processorTime : () => performance.now(),
    signal: stop.signal,
    progress,
  });
  const clock = software ? "process CPU time ÷ cores" : "wall clock";
  const report: Report = { ...circumstancesOf(adapterInfo, { contenders, clock }), ...figures };
  console.log(reportText(report));
  if (json !== undefined) await writeReport(json, report);
  if (stop.signal.aborted) {
    console.error("Interrupted: the figures above are all there are; start the bench again.");
    return EXIT.interrupted;
  }
  if (write) {
    await writeResults(report, caseNames(sizes));
  }
  // Failures of variants are longtail's too.
  const peers = contenders.map(({ name }) => name).filter((name) => name !== "longtail");
  const ours = report.failures.some(({ contender }) => !peers.includes(contender));
  return ours ? EXIT.failed : 0;
}

// Deno would otherwise fall back to OpenGL on Linux where there is no Vulkan.
if (Deno.build.os === "linux" && !Deno.env.get("DENO_WEBGPU_BACKEND")) {
  Deno.env.set("DENO_WEBGPU_BACKEND", "vulkan");
}
try {
  const args = parseArguments(Deno.args, contenderNames);
  if (typeof args === "string") console.log(args.trimEnd());
  // Devices that libraries hold on to would keep the process alive.
  Deno.exit(typeof args === "string" ? 0 : await bench(args));
} catch (error) {
  const badInput = error instanceof BadInput;
  console.error(badInput ? error.message : error);
  Deno.exit(badInput ? EXIT.badInput : EXIT.failed);
}
