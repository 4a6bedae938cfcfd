import { PythonRandom } from "../random/python_random.ts";

/** The numbers 0 … `n` − 1 as Python's `random.shuffle` orders them after `random.seed(seed)`. */
export function pythonOrder(n: number, seed: number): Int32Array {
  return new PythonRandom(seed).shuffle(Int32Array.from({ length: n }, (_, i) => i));
}
