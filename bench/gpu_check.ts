/**
 * `deno task gpu-check --out DIR`: what a GPU makes of longtail, in ten minutes at most. A part that
 * fails is reported by its name and loses no other; the two files are written anew after each part.
 *
 * @module
 */
import { describeAdapter, NO_ADAPTER, requestAdapter } from "../core/autograd/adapter.ts";
import { BadInput } from "../core/bad_input.ts";
import { refusal } from "../core/refused_file.ts";
import { EXIT } from "../experiment/cli/exit_codes_deno.ts";
import { preferVulkan } from "../experiment/cli/open_adapter_deno.ts";
import { userPath, writeUserFile } from "../experiment/cli/user_files_deno.ts";
import type { Contender } from "./contender.ts";
import { openLongtail } from "./contenders/longtail.ts";
import { type CheckArguments, parseCheckArguments } from "./gpu_check/arguments.ts";
import { benchParts } from "./gpu_check/bench_parts.ts";
import {
  checkedMachine,
  checkJson,
  type CheckReport,
  checkText,
} from "./gpu_check/check_report.ts";
import { goldenPart } from "./gpu_check/golden_part.ts";
import { GPU_KERNELS } from "./gpu_check/gpu_kernels.ts";
import { type Part, type PartResult, runPart } from "./gpu_check/part.ts";
import { stepParts } from "./gpu_check/step_parts.ts";
import { contenderNames, openContenders } from "./open_contenders.ts";

/** Seconds of all parts. */
const WHOLE = 580;

async function gpuCheck({ out, quick, quiet }: CheckArguments): Promise<number> {
  const folder = userPath(out);
  const start = performance.now();
  function progress(line: string): void {
    const minutes = ((performance.now() - start) / 60_000).toFixed(1);
    if (!quiet) console.error(`[${minutes} min] ${line}`);
  }
  preferVulkan();
  const adapter = await requestAdapter();
  if (!adapter) {
    console.error(NO_ADAPTER);
    return EXIT.noAdapter;
  }
  if (describeAdapter(adapter.info).software && !quick) {
    throw new BadInput(
      `gpu-check: ${
        describeAdapter(adapter.info).name
      } computes on the processor, where the whole ` +
        "check would take hours; give --quick",
    );
  }
  await makeFolder(folder);
  const stop = new AbortController();
  Deno.addSignalListener("SIGINT", () => stop.abort(new Error("Interrupted")));

  const machine = await checkedMachine(adapter);
  const leftOut: Record<string, string> = {};
  let opened: Promise<readonly Contender[]> | undefined;
  const contenders = () => opened ??= openAll((name, why) => leftOut[name] = why);
  // Peers come last: what they may break is written by then.
  const parts: Part[] = [
    goldenPart(quick),
    ...stepParts(quick),
    ...benchParts(quick, contenders),
  ];
  const results: PartResult[] = [];
  async function write(): Promise<void> {
    const notRun = parts.slice(results.length).map(({ title }) => title);
    const date = new Date().toISOString();
    const report: CheckReport = { date, quick, machine, leftOut, parts: results, notRun };
    await writeUserFile(`${folder}/gpu-check.json`, checkJson(report));
    await writeUserFile(`${folder}/gpu-check.md`, checkText(report));
  }
  await write();
  for (const part of parts) {
    // A part that hangs takes more than its share.
    const left = WHOLE - (performance.now() - start) / 1000;
    if (stop.signal.aborted || left < 1) break;
    progress(part.title);
    const seconds = Math.min(part.seconds, left);
    const result = await runPart({ ...part, seconds }, { quick, signal: stop.signal, progress });
    results.push(result);
    await write();
    for (const why of result.failures) console.error(`${part.name} failed: ${why}`);
  }
  console.log(`${folder}/gpu-check.md`);
  if (stop.signal.aborted) return EXIT.interrupted;
  return results.some(({ failures }) => failures.length > 0) ? EXIT.failed : EXIT.done;
}

/** Makes the folder of the report, before any work. */
async function makeFolder(folder: string): Promise<void> {
  try {
    await Deno.mkdir(folder, { recursive: true });
  } catch (error) {
    throw new BadInput(`gpu-check: cannot make ${folder}: ${refusal(error) ?? error}`);
  }
}

/** Longtail with the kernels of GPUs, and whoever else computes on one. */
async function openAll(leftOut: (name: string, why: string) => void): Promise<Contender[]> {
  const longtail = await openLongtail(GPU_KERNELS);
  const names = contenderNames.filter((name) => name !== "longtail" && name !== "pillow");
  const peers = await openContenders(names, { software: false, skipped: leftOut });
  const onCpu = peers.filter(({ name }) => name.endsWith("-cpu"));
  for (const { name } of onCpu) leftOut(name, "it computes on the processor");
  return [longtail, ...peers.filter((peer) => !onCpu.includes(peer))];
}

try {
  const args = parseCheckArguments(Deno.args);
  if (typeof args === "string") console.log(args.trimEnd());
  // Devices that libraries hold on to would keep the process alive.
  Deno.exit(typeof args === "string" ? EXIT.done : await gpuCheck(args));
} catch (error) {
  const badInput = error instanceof BadInput;
  console.error(badInput ? error.message : error);
  Deno.exit(badInput ? EXIT.badInput : EXIT.failed);
}
