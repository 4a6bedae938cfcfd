import type { Device } from "../../core/autograd/device.ts";
import type { Tensor } from "../../core/autograd/tensor.ts";
import { Random } from "../../core/random.ts";
import type { ClassMap } from "./model_card.ts";

/** Rows of random logits that a map is tried on. */
const TRIALS = 8;

/** So large that a factor found from it has all digits of single precision, whatever is added. */
const LARGE = 1024;

/**
 * What a function of logits [rows, classes] does, if that is to scale and move each class by itself,
 * as the evaluations of all published methods do: found from what it makes of zeros and large logits,
 * tried on random rows.
 *
 * @returns Null where it is no such function.
 */
export async function classMapOf(
  device: Device,
  adjust: (logits: Tensor) => Tensor,
  classes: number,
): Promise<ClassMap | null> {
  const rows = 2 + TRIALS;
  const random = new Random({ seed: 0, step: 0, name: "class map" });
  const given = Float32Array.from({ length: rows * classes }, (_, i) => {
    const row = Math.floor(i / classes);
    return row < 2 ? row * LARGE : 20 * random.uniform() - 10;
  });
  const made = device.keep(() => device.scope(() => adjust(device.tensor(given, [rows, classes]))));
  const [found] = await device.readAll([made]);
  made.dispose();
  const at = (row: number, c: number) => found[row * classes + c]!; // inside, as below
  const offsets = Array.from({ length: classes }, (_, c) => at(0, c));
  const scale = offsets.map((offset, c) => (at(1, c) - offset) / LARGE);
  if (![...scale, ...offsets].every(Number.isFinite)) return null;
  for (let row = 2; row < rows; row++) {
    for (let c = 0; c < classes; c++) {
      const expected = scale[c]! * given[row * classes + c]! + offsets[c]!;
      // Of single precision, at the size of what was added.
      const size = Math.abs(scale[c]!) * 10 + Math.abs(offsets[c]!) + 1;
      if (!(Math.abs(at(row, c) - expected) <= 2e-6 * size)) return null;
    }
  }
  return { scale, offsets };
}
