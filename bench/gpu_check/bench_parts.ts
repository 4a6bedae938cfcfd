import {
  describeAdapter,
  NO_ADAPTER,
  NoAdapterError,
  requestAdapter,
} from "../../core/autograd/adapter.ts";
import type { BenchCase } from "../bench_case.ts";
import { benchCases } from "../bench_cases.ts";
import { circumstancesOf } from "../circumstances_of.ts";
import type { Contender } from "../contender.ts";
import type { Report } from "../report.ts";
import { circumstances, sectionsOf } from "../report_text.ts";
import { runBench } from "../run_bench.ts";
import type { Findings, Part, PartContext } from "./part.ts";

/** Cases of the bench that make a part. */
interface BenchPart extends Omit<Part, "run" | "seconds"> {
  readonly patterns: readonly string[];
  /** Seconds of the whole and of the quick check. */
  readonly seconds: readonly [whole: number, quick: number];
  /** How to read it, in front of its figures. */
  readonly note: string;
}

const PARTS: readonly BenchPart[] = [
  {
    name: "stream",
    title: "Streaming",
    patterns: ["stream"],
    seconds: [25, 60],
    note:
      "What a packed store and the loader's workers deliver, each unlabeled image counted twice " +
      "as above: a GPU that trains more images/s than this starves while its images are streamed.",
  },
  {
    name: "kernels",
    title: "Kernels and their peers",
    patterns: ["gemm", "conv2d-*"],
    seconds: [150, 90],
    note: "Shares are of the peak that the adapter reached in this run.",
  },
  {
    name: "step-peers",
    title: "A step of FixMatch and its peers",
    patterns: ["fixmatch-step*"],
    seconds: [70, 60],
    note: "At a batch that every peer can bear.",
  },
];

/** Cases of the bench: longtail's kernels and steps beside those of its peers. */
export function benchParts(
  quick: boolean,
  contenders: () => Promise<readonly Contender[]>,
): Part[] {
  return PARTS.map(({ seconds: [whole, short], ...part }) => ({
    ...part,
    seconds: quick ? short : whole,
    run: async (context) => await bench(part, await contenders(), context),
  }));
}

async function bench(
  { patterns, note }: Pick<BenchPart, "patterns" | "note">,
  contenders: readonly Contender[],
  { quick, signal, progress }: PartContext,
): Promise<Findings> {
  const adapter = await requestAdapter();
  if (!adapter) throw new NoAdapterError(NO_ADAPTER);
  const adapterInfo = describeAdapter(adapter.info);
  const cases = benchCases(patterns, { quick, software: false });
  const figures = await runBench({
    adapter,
    adapterInfo,
    contenders,
    cases: quick ? firstOfEach(cases) : cases,
    quick: true, // three short rounds a case
    clock: () => performance.now(),
    signal,
    progress,
  });
  const report: Report = {
    ...circumstancesOf(adapterInfo, { contenders, clock: "wall clock" }),
    ...figures,
  };
  const sections = sectionsOf(report).map(({ name, text }) => `### ${name}\n\n${text}`);
  return {
    figures,
    text: [note, ...sections, circumstances(report)].join("\n\n"),
    failures: figures.failures.filter(({ contender }) => contender === "longtail")
      .map(({ name, shape, why }) => `${name} ${shape}: ${why}`),
  };
}

/** One shape of each kernel; streams differ by their size alone. */
function firstOfEach(cases: readonly BenchCase[]): BenchCase[] {
  return cases.filter(({ name }, i) =>
    name === "stream" || cases.findIndex((other) => other.name === name) === i
  );
}
