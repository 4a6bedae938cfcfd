import { indicesByClass, type Pool } from "../label_pool.ts";
import { roundHalfEven } from "./published_counts.ts";
import { rankClasses, type Ranking } from "./rank_classes.ts";
import { imagesWhere } from "./unlabeled_pool.ts";

/** A share of each class, in file order, of data that has a long tail by nature. */
export interface NaturalShare {
  readonly labeled: number[];
  /** All other training images, ascending. */
  readonly rest: number[];
  /** Labeled images by original class. */
  readonly counts: readonly number[];
  /** Classes by their labeled images. */
  readonly ranking: Ranking;
}

/**
 * Labels the first images of each class: `share · n_c`, halves rounded to even.
 *
 * So are Small-ImageNet-127's labels dealt in SimPro, ACR, ADELLO and CoSSL.
 */
export function naturalShare(pool: Pool, share: number): NaturalShare {
  const byClass = indicesByClass(pool.labels, pool.classes);
  const counts = byClass.map((list) => roundHalfEven(list.length * share));
  const labeled = byClass.flatMap((list, c) => list.slice(0, counts[c]));
  const taken = new Set(labeled);
  return {
    labeled,
    rest: imagesWhere(pool, (image) => !taken.has(image)),
    counts,
    ranking: rankClasses(counts),
  };
}
