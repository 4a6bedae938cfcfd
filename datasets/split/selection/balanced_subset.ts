import { NumpyRandom } from "../random/numpy_random.ts";
import { indicesByClass } from "../label_pool.ts";

/**
 * A subset with equally many images of each class, as SimPro and ACR test on: each class is
 * shuffled and gives its first images, then the whole list is shuffled, all by one NumPy
 * generator.
 *
 * @param labels Class of every image.
 * @param options `perClass`: images of each class; a smaller class gives all it has.
 */
export function balancedSubset(
  labels: ArrayLike<number>,
  { classes, perClass, seed }: {
    readonly classes: number;
    readonly perClass: number;
    readonly seed: number;
  },
): number[] {
  const random = new NumpyRandom(seed);
  const chosen = indicesByClass(labels, classes)
    .flatMap((list) => random.shuffle(list).slice(0, perClass));
  return random.shuffle(chosen);
}
