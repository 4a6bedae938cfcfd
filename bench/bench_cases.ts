import { BadInput } from "../core/bad_input.ts";
import type { BenchCase, CaseSizes } from "./bench_case.ts";
import { augmentCases } from "./cases/augment.ts";
import { batchNormCases } from "./cases/batch_norm.ts";
import { conv2dCases } from "./cases/conv2d.ts";
import { fixmatchStepCases } from "./cases/fixmatch_step.ts";
import { gemmCases } from "./cases/gemm.ts";
import { methodStepCases } from "./cases/method_steps.ts";
import { streamCases } from "./cases/stream.ts";

/**
 * The cases whose names fit one of the patterns (`*` stands for anything), all without patterns.
 *
 * @throws {BadInput} if a pattern fits no case.
 */
export function benchCases(patterns: readonly string[], sizes: CaseSizes): BenchCase[] {
  const all = allCases(sizes);
  const fits = patterns.map((pattern) => {
    const parts = pattern.split("*").map((part) => part.replace(/[^\w-]/g, "\\$&"));
    return new RegExp(`^${parts.join(".*")}$`);
  });
  fits.forEach((fit, i) => {
    if (!all.some(({ name }) => fit.test(name))) {
      const names = caseNames(sizes).join(", ");
      throw new BadInput(
        `bench: no case fits "${patterns[i]}"; there are ${names}`,
      );
    }
  });
  return fits.length === 0 ? all : all.filter(({ name }) => fits.some((fit) => fit.test(name)));
}

/** Names of all cases, in the order in which they are run. */
export function caseNames(sizes: CaseSizes): string[] {
  return [...new Set(allCases(sizes).map(({ name }) => name))];
}

function allCases(sizes: CaseSizes): BenchCase[] {
  return [
    ...gemmCases(sizes),
    ...conv2dCases(sizes),
    ...batchNormCases(sizes),
    ...augmentCases(sizes),
    ...streamCases(sizes),
    ...fixmatchStepCases(sizes),
    ...methodStepCases(sizes),
  ];
}
