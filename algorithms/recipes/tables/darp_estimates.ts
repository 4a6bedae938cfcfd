import type { RecipeTarget } from "../../../core/mod.ts";

/** Estimates that come with DASO's code, by data set, N1 and γ of the labels, shape of the others. */
const ESTIMATES: Readonly<Record<string, readonly number[]>> = {
  "cifar10 500/100 reversed": [
    ...[1338.5, 2018.6, 496.9, 352.7, 415.3],
    ...[447.8, 949.2, 1318.8, 634.2, 1884],
  ],
  "cifar10 500/100 uniform": [
    ...[1920.6, 5610.8, 5990.6, 5159.4, 3305],
    ...[3350.1, 2958.7, 4801.1, 4255.1, 2584.5],
  ],
  "cifar10 1500/100 reversed": [
    ...[929.7, 516.5, 155.4, 283.1, 336.4],
    ...[263.7, 486.8, 1142.6, 1464.6, 1845],
  ],
  "cifar10 1500/100 uniform": [
    ...[3599.9, 3641.8, 2984, 1536.2, 1816.2],
    ...[6728.7, 2401.2, 1948.9, 3278.4, 2016.6],
  ],
  "stl10 150/10 unknown": [
    ...[143.6, 2299.1, 19_646.4, 15_610.3, 5090.1],
    ...[5916.8, 11_513.6, 8755, 25_157.3, 5828.1],
  ],
  "stl10 150/20 unknown": [
    ...[10_587.1, 14_102.5, 13_010.7, 2352.1, 10_677.3],
    ...[3145.3, 20_233.3, 11_216.7, 9458.7, 5175.3],
  ],
  "stl10 450/10 unknown": [
    ...[12_199.3, 11_018, 12_578.7, 9889, 8830.8],
    ...[14_322.2, 10_652.3, 6454.9, 9394.9, 4618.7],
  ],
  "stl10 450/20 unknown": [
    ...[9850.5, 16_701.2, 10_500.4, 3772.8, 3024.3],
    ...[17_131.2, 14_513.3, 9055.5, 7387.4, 8022.4],
  ],
};

/**
 * Class counts of the unlabeled images that come with DASO's code, for its runs with DARP where labeled
 * and unlabeled images are not distributed alike; undefined for other splits.
 */
export function estimatedCounts(
  { dataset, given: { split = {} } }: Pick<RecipeTarget, "dataset" | "given">,
): readonly number[] | undefined {
  const [labeledMax, gamma, usual] = dataset === "stl10"
    ? [450, 10, "unknown"]
    : [1500, 100, "consistent"];
  const shape = split["gammaUnlabeled"] === 1 ? "uniform" : split["unlabeled"] ?? usual;
  const tail = `${split["labeledMax"] ?? labeledMax}/${split["gammaLabeled"] ?? gamma}`;
  return ESTIMATES[`${dataset} ${tail} ${shape}`];
}
