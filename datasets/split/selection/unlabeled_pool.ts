import type { Pool } from "../label_pool.ts";

/**
 * What the shape `unknown` takes: the images that come without a label, or, where all have one,
 * those that are not used otherwise.
 *
 * @param used Images that are labeled or set aside.
 * @returns Ascending.
 */
export function unlabeledPool(pool: Pool, used: ArrayLike<number>): number[] {
  const unknown = imagesWhere(pool, (image) => pool.labels[image]! < 0); // image is in the pool
  if (unknown.length > 0) return unknown;
  const taken = new Set(Array.from(used));
  return imagesWhere(pool, (image) => !taken.has(image));
}

/** All training images of a pool that pass a test, ascending. */
export function imagesWhere(pool: Pool, test: (image: number) => boolean): number[] {
  const images: number[] = [];
  for (let image = 0; image < pool.labels.length; image++) if (test(image)) images.push(image);
  return images;
}
