import type { BenchCase, CaseSizes } from "../bench_case.ts";
import { judgeElements } from "../judge.ts";
import { randomArray } from "../random_array.ts";

/** Products of square matrices. */
export function gemmCases({ quick }: CaseSizes): BenchCase[] {
  return (quick ? [256, 512] : [256, 512, 1024]).map((size) => gemmCase(size));
}

function gemmCase(size: number): BenchCase {
  return {
    name: "gemm",
    shape: `${size}x${size}x${size}`,
    amount: { flops: 2 * size ** 3 },
    stateful: false,
    prepare() {
      const a = randomArray(size ** 2, 1);
      const b = randomArray(size ** 2, 2);
      function valueAt(place: number): number {
        const row = Math.trunc(place / size);
        const column = place % size;
        let sum = 0;
        for (let k = 0; k < size; k++) {
          sum += (a[row * size + k] ?? NaN) * (b[k * size + column] ?? NaN);
        }
        return sum;
      }
      return {
        start: (contender) => contender.gemm?.({ m: size, n: size, k: size, a, b }),
        judge: (results) =>
          judgeElements(results, {
            length: size ** 2,
            valueAt,
            tolerance: 1e-4,
          }),
      };
    },
  };
}
