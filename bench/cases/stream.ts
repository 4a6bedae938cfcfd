import type { BenchCase, CaseSizes } from "../bench_case.ts";
import type { StreamProblem } from "../contender.ts";

/** Images of steps from a packed store to the device, as small and as large as systems have them. */
export function streamCases({ quick }: CaseSizes): BenchCase[] {
  const sizes: StreamProblem[] = quick
    ? [
      { size: 32, stored: 1000, labeled: 64, unlabeled: 448 },
      { size: 224, stored: 100, labeled: 16, unlabeled: 16 },
    ]
    : [
      { size: 32, stored: 10_000, labeled: 64, unlabeled: 448 },
      { size: 224, stored: 400, labeled: 64, unlabeled: 64 },
    ];
  return sizes.map(streamCase);
}

function streamCase(problem: StreamProblem): BenchCase {
  const { size, labeled, unlabeled } = problem;
  return {
    name: "stream",
    shape: `${labeled}+2x${unlabeled} ${size}x${size}`,
    // As a step of FixMatch counts: two views of each unlabeled image, which is read once.
    amount: { images: labeled + 2 * unlabeled },
    stateful: true,
    prepare: () => ({
      start: (contender) => contender.stream?.(problem),
      judge: () => new Map(), // an image that is damaged throws
    }),
  };
}
