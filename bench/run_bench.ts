import type { AdapterInfo } from "../core/autograd/adapter.ts";
import type { BenchCase } from "./bench_case.ts";
import type { Contender } from "./contender.ts";
import { type Clock, measure } from "./measure.ts";
import { openPeakKernels, type PeakKernels } from "./peak.ts";
import { type Failure, type Peak, ratiosOf, type Report, type Row, rowOf } from "./report.ts";
import { variantFigures } from "./variant_figures.ts";
import { runCase } from "./run_case.ts";
import { median } from "./statistics.ts";

/** What {@link runBench} runs, on what, and whom it tells. */
export interface BenchOptions {
  readonly adapter: GPUAdapter;
  readonly adapterInfo: AdapterInfo;
  readonly contenders: readonly Contender[];
  readonly cases: readonly BenchCase[];
  /** Whether to measure shorter. */
  readonly quick: boolean;
  readonly clock: Clock;
  /** Ends the bench; what is measured by then is reported. */
  readonly signal: AbortSignal;
  progress(line: string): void;
}

/** The measured part of a {@link Report}. */
export type Figures = Pick<Report, "peak" | "rows" | "ratios" | "failures">;

/** Runs the bench: the peak kernels, case after case, the peak kernels again. */
export async function runBench(options: BenchOptions): Promise<Figures> {
  const { adapterInfo: { software }, contenders, cases, quick, signal, progress } = options;
  // A wait costs 11 ms on Deno, which counts on the wall clock but takes no processor time.
  const slot = !software ? 250 : quick ? 60 : 150;
  const measured: {
    samples: readonly number[];
    benchCase: BenchCase;
    who: string;
    others: ReadonlyMap<string, readonly number[]>;
  }[] = [];
  const failures: Failure[] = [];
  const kernels = await openPeakKernels(options.adapter, software);
  const peaks: Peak[] = [];
  const measurePeak = async () => void peaks.push(await peakOf(kernels, { ...options, slot }));
  try {
    progress("peak of the adapter");
    await measurePeak();
    for (const [i, benchCase] of cases.entries()) {
      progress(`${i + 1}/${cases.length} ${benchCase.name} ${benchCase.shape}`);
      const short = quick || (benchCase.stateful && !benchCase.variants);
      const rounds = short ? 3 : 5;
      const result = await runCase(benchCase, entrants(benchCase, contenders), {
        ...options,
        slot,
        rounds,
        unit: benchCase.unit ?? 1,
      });
      for (const [who, samples] of result.samples) {
        measured.push({ samples, benchCase, who, others: result.samples });
      }
      for (const failure of result.failures) {
        failures.push(failure);
        progress(`${failure.contender} failed: ${failure.why}`);
      }
    }
    await measurePeak();
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    kernels.destroy();
  }
  const peak = {
    gflops: median(peaks.map(({ gflops }) => gflops)),
    gbps: median(peaks.map(({ gbps }) => gbps)),
  };
  const rows = measured.flatMap(({ samples, benchCase, who, others }): Row[] => {
    const { name, shape, amount, variants } = benchCase;
    const row = rowOf({ name, shape, contender: who }, samples, { amount, peak });
    const variant = variants?.find(({ name }) => name === who);
    if (variant?.reference) return [];
    return [variant ? { ...row, ...variantFigures(variant, samples, others) } : row];
  });
  return { peak, rows, ratios: ratiosOf(rows), failures };
}

/** Who takes turns in a case: all libraries, or longtail under the names of its variants. */
function entrants(
  { variants }: BenchCase,
  contenders: readonly Contender[],
): readonly Contender[] {
  const ours = contenders.find(({ name }) => name === "longtail");
  if (!variants) return contenders;
  return ours ? variants.map(({ name }) => ({ ...ours, name })) : [];
}

async function peakOf(
  kernels: PeakKernels,
  options: Pick<BenchOptions, "clock" | "signal"> & { readonly slot: number },
): Promise<Peak> {
  const { arithmetic, memory } = kernels;
  const works = new Map([["arithmetic", arithmetic.work], ["memory", memory.work]]);
  for (const work of works.values()) await work.run(1);
  function failed(_name: string, error: unknown): never {
    throw error;
  }
  const samples = await measure(works, { ...options, rounds: 5, failed });
  await kernels.check();
  return {
    gflops: arithmetic.flops / median(samples.get("arithmetic") ?? []) / 1e6,
    gbps: memory.bytes / median(samples.get("memory") ?? []) / 1e6,
  };
}
