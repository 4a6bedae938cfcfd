import { setInfos } from "../../../datasets/sets/set_info.ts";
import type { LabelPool } from "../../../datasets/split/label_pool.ts";

/** Labels like those of a data set: so many of each class, mixed, then images without a label. */
export function pool(name: string, sizes: readonly number[], unlabeled = 0): LabelPool {
  const sorted = sizes.flatMap((size, c) => new Array<number>(size).fill(c));
  const stride = 7919; // a prime that divides no length, so that each image comes once
  const known = sorted.map((_, i) => sorted[i * stride % sorted.length]!); // below the length
  return {
    name,
    fingerprint: "",
    classes: sizes.length,
    naturalTail: setInfos[name]?.naturalTail ?? false,
    labels: [...known, ...new Array<number>(unlabeled).fill(-1)],
    testLabels: sizes.flatMap((_, c) => new Array<number>(60).fill(c)),
  };
}

const even = (classes: number, size: number) => new Array<number>(classes).fill(size);
const falling = (classes: number, head: number) =>
  Array.from({ length: classes }, (_, c) => Math.max(300, Math.floor(head * 0.97 ** c)));

/** The data sets of published runs, as far as their labels go. */
export const POOLS: readonly LabelPool[] = [
  pool("cifar10", even(10, 5000)),
  pool("cifar100", even(100, 500)),
  pool("stl10", even(10, 500), 2000),
  pool("food101", even(101, 750)),
  pool("eurosat", [2400, 2400, 2400, 2000, 2000, 1600, 2000, 2400, 2000, 2400]),
  pool("tissuemnist", [53_075, 7814, 5866, 15_406, 11_789, 7705, 39_203, 24_608]),
  pool("imagenet127", falling(127, 3000)),
  pool("semi-aves", even(200, 30), 3000),
];

/** BalPoE's lists; a tenth of their rarest classes would be no image. */
export const LISTED: readonly LabelPool[] = [
  pool("imagenet-lt", Array.from({ length: 1000 }, (_, c) => Math.floor(1280 * 256 ** (-c / 999)))),
  pool("inaturalist2018", Array.from({ length: 8142 }, (_, c) => 2 + c % 50)),
];
