import { indicesByClass } from "../../../datasets/split/label_pool.ts";
import { PythonRandom } from "../../../datasets/split/random/python_random.ts";
import { PassSampler } from "../../../datasets/loading/samplers/pass_sampler.ts";
import { replayed } from "./replayed.ts";

/**
 * BalPoE's balanced order: every draw picks a class at random and takes the next sample of its
 * bucket, which is shuffled anew when it runs out. One generator, Python's, draws everything.
 *
 * @param options `retain`: an epoch has as many samples as the data, else the largest class times
 * the classes.
 * @throws {RangeError} If a class has no sample.
 */
export function bucketSampler(
  { labels, classes, seed, retain = true }: {
    readonly labels: ArrayLike<number>;
    readonly classes: number;
    readonly seed: number;
    readonly retain?: boolean;
  },
): PassSampler {
  const buckets = indicesByClass(labels, classes);
  const empty = buckets.findIndex((bucket) => bucket.length === 0);
  if (empty >= 0) throw new RangeError(`Cannot balance class ${empty}: it has no sample`);
  const largest = Math.max(...buckets.map((bucket) => bucket.length));
  const passLength = retain ? labels.length : largest * classes;
  return new PassSampler({
    size: labels.length,
    passLength,
    order: replayed(() => {
      const random = new PythonRandom(seed);
      const piles = buckets.map((bucket) => random.shuffle([...bucket]));
      const next = piles.map(() => 0);
      return () =>
        Int32Array.from({ length: passLength }, () => {
          const c = random.randint(0, classes - 1), pile = piles[c]!; // c is a class
          const taken = pile[next[c]!++]!; // the pointer is inside its pile
          if (next[c] === pile.length) {
            random.shuffle(pile);
            next[c] = 0;
          }
          return taken;
        });
    }),
  });
}
