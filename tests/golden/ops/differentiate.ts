import type { Device } from "../../../core/autograd/device.ts";
import { Tape } from "../../../core/autograd/tape.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Check, Tolerance } from "../check.ts";
import type { GoldenCase } from "../golden_case.ts";

/** An operation of a case, and where the case keeps what belongs to it. */
export interface Operation {
  /** Names of the tensors that it takes and is differentiated by. */
  readonly inputs: readonly string[];
  /** Applies it to the inputs, in the order of their names. */
  readonly apply: (...inputs: Tensor[]) => Tensor;
  /** Name of the result, `y` by default. */
  readonly output?: string;
  /** Names of tensors that `apply` has read besides the inputs. */
  readonly given?: readonly string[];
  /** Allowance for the values; the same for the gradients unless stated. */
  readonly tolerance?: Tolerance;
  readonly gradientTolerance?: Tolerance;
}

/**
 * Runs an operation forward and back and checks its result and the gradients `d_NAME` with the
 * arriving gradient `dy` (1 where the case has none). A tensor that nobody used fails the case.
 */
export async function checkOperation(
  c: GoldenCase,
  check: Check,
  device: Device,
  { inputs, apply, output = "y", given = [], tolerance = {}, gradientTolerance }: Operation,
): Promise<void> {
  const tensors = inputs.map((name) => inputTensor(c, device, name));
  const tape = new Tape(device, new Map(tensors.map((t) => [t, null])));
  const y = tape.record(() => apply(...tensors));
  check.that(`${output} shape`, sameOrScalar(c, output, y), `its shape is ${y}`);
  const seed = c.has("dy")
    ? device.tensor(c.floats("dy"), y.shape)
    : device.tensor(new Float32Array(y.size).fill(1), y.shape);
  const found = tape.backward(y, seed);
  const grads = tensors.map((t) => found.get(t) ?? device.zeros(t.shape));
  const [value, ...got] = await device.readAll([y, ...grads]);
  check.close(output, value!, want(c, output), tolerance); // the first of those read
  const used = new Set([...inputs, ...given, output, "dy"]);
  for (const [i, name] of inputs.entries()) {
    const gradient = `d_${name}`;
    if (!c.has(gradient)) continue;
    used.add(gradient);
    check.close(gradient, got[i]!, c.tensor(gradient), gradientTolerance ?? tolerance); // one a name
  }
  for (const name of c.tensorNames) {
    if (!used.has(name)) check.fail(name, "nothing is known about this tensor");
  }
}

/** A tensor of the case on the device. */
export function inputTensor(c: GoldenCase, device: Device, name: string): Tensor {
  return device.tensor(c.floats(name), c.tensor(name).shape);
}

function want(c: GoldenCase, name: string) {
  return c.has(name) ? c.tensor(name) : c.scalar(name) as number;
}

function sameOrScalar(c: GoldenCase, name: string, y: Tensor): boolean {
  if (!c.has(name)) return y.size === 1;
  return `${c.tensor(name).shape}` === `${y.shape}`;
}
