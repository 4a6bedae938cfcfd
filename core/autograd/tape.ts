import { accumulateKernel, pointwiseGroups } from "../../kernels/pointwise.ts";
import type { Device } from "./device.ts";
import { sameShape } from "./shape.ts";
import type { AnyTensor, Tensor } from "./tensor.ts";

/** What a backward function may ask for. */
export interface BackwardContext {
  /** Whether the gradient of input `i` is wanted. */
  needs(i: number): boolean;
  /**
   * Where the gradient of input `i` should be written, if it has a place of its own (a slice of
   * the flat gradient buffer) that nothing has been written to yet. A kernel that can write
   * there saves a copy; the function then returns that very tensor.
   */
  out(i: number): Tensor | undefined;
  /**
   * What the gradient of input `i` amounts to so far, if nobody else sees that tensor. A kernel that
   * can add to it saves a copy and a pass; the function then returns that very tensor.
   */
  sum(i: number): Tensor | undefined;
}

/**
 * Gradients of the inputs given the gradient of the output; undefined where not wanted.
 * It may use only what the operation saved.
 */
export type Backward = (
  dy: Tensor,
  context: BackwardContext,
) => readonly (Tensor | undefined)[];

/** What operations were applied with beside tensors, e.g. a convolution's stride. */
export type Attributes = Readonly<Record<string, unknown>>;

/** An operation as a {@linkcode Trace} is told of it. */
export interface TracedOperation {
  /** Name of the operation, e.g. `conv2d`. */
  readonly name: string;
  /** What it was applied to. */
  readonly inputs: readonly AnyTensor[];
  /** What came out. */
  readonly output: AnyTensor;
  /** What it was applied with; undefined for operations that tell nobody. */
  readonly attributes: Attributes | undefined;
}

/** Is told what runs on a device, to write down a function that is run once. */
export interface Trace {
  /** An operation has run, with or without a gradient. */
  operation(operation: TracedOperation): void;
  /** A tensor was made of numbers; without `data` of zeros. */
  constant(tensor: AnyTensor, data?: ArrayLike<number>): void;
}

/** An operation as a {@linkcode Tape} remembers it. */
export interface TapeNode {
  /** Name for messages. */
  readonly name: string;
  /** What it was applied to. */
  readonly inputs: readonly AnyTensor[];
  /** What came out. */
  readonly output: Tensor;
  /** Tensors that `backward` uses, held until then. */
  readonly saved: readonly AnyTensor[];
  /** The way back. */
  readonly backward: Backward;
}

/**
 * Remembers operations in order, to go back through them. Saved tensors are held until their
 * node has been passed, then freed.
 */
export class Tape {
  readonly #device: Device;
  readonly #nodes: TapeNode[] = [];
  readonly #destinations: ReadonlyMap<Tensor, Tensor | null>;

  /**
   * A tape with nothing on it.
   *
   * @param parameters Tensors whose gradients are wanted. A value other than null is where the
   *   gradient has to end up.
   */
  constructor(device: Device, parameters: ReadonlyMap<Tensor, Tensor | null>) {
    this.#device = device;
    this.#destinations = parameters;
  }

  /** Runs `body` with this tape recording. */
  record<T>(body: () => T): T {
    const device = this.#device, outer = device.tape;
    for (const parameter of this.#destinations.keys()) parameter.tape = this;
    device.tape = this;
    try {
      return body();
    } finally {
      device.tape = outer;
      for (const parameter of this.#destinations.keys()) parameter.tape = null;
    }
  }

  /** Adds an operation; called by {@linkcode record}. */
  push(node: TapeNode): void {
    for (const tensor of node.saved) this.#device.retain(tensor);
    node.output.tape = this;
    this.#nodes.push(node);
  }

  /**
   * Goes back from a scalar loss.
   *
   * @returns Gradients of the parameters that the loss depends on.
   */
  backward(loss: Tensor, seed: Tensor = loss.device.tensor([1], loss.shape)): Map<Tensor, Tensor> {
    const device = this.#device;
    const gradients = new Map<Tensor, Tensor>();
    const result = new Map<Tensor, Tensor>();
    const written = new Set<Tensor>();
    if (!sameShape(seed.shape, loss.shape)) {
      throw new TypeError(`Cannot start from a gradient ${seed} for ${loss}: shapes differ`);
    }
    gradients.set(loss, seed);
    device.retain(seed);
    device.retain(seed); // once more, so that nothing is added to what is the caller's
    const accumulate = (target: Tensor, g: Tensor) => {
      const isParameter = this.#destinations.has(target);
      const place = this.#destinations.get(target) ?? null;
      const map = isParameter ? result : gradients;
      const before = map.get(target);
      if (before === undefined) {
        if (place && !sameMemory(g, place)) device.copy(g, place);
        if (place) written.add(target);
        map.set(target, place ?? g);
        if (!place) device.retain(g);
        return;
      }
      const sum = addInto(before, g, before === place || seenByOne(before));
      if (sum === before) return;
      map.set(target, sum);
      device.retain(sum);
      device.release(before);
    };
    for (let n = this.#nodes.length - 1; n >= 0; n--) {
      const node = this.#nodes[n]!; // n is inside
      const dy = gradients.get(node.output);
      if (dy) {
        const offered = new Set<Tensor>();
        device.noGrad(() =>
          device.scope(() => {
            const grads = node.backward(dy, {
              needs: (i) => node.inputs[i]?.tape === this || this.#isParameter(node.inputs[i]),
              out: (i) => {
                const input = node.inputs[i] as Tensor;
                // An input that is given twice has two gradients, of which the first goes home.
                const taken = written.has(input) || node.inputs.indexOf(input) !== i;
                return taken ? undefined : this.#destinations.get(input) ?? undefined;
              },
              sum: (i) => {
                const input = node.inputs[i] as Tensor;
                const before = gradients.get(input);
                const twice = node.inputs.lastIndexOf(input) !== node.inputs.indexOf(input);
                if (!before || twice || !seenByOne(before)) return undefined;
                offered.add(before);
                return before;
              },
            });
            node.inputs.forEach((input, i) => {
              const g = grads[i];
              if (!g || offered.has(g)) return; // added to already
              if (!sameShape(g.shape, input.shape)) {
                throw new TypeError(
                  `The gradient of ${node.name} for input ${i} is ${g}, but the input is ${input}`,
                );
              }
              if (input.tape === this || this.#isParameter(input)) accumulate(input as Tensor, g);
            });
          })
        );
        gradients.delete(node.output);
        device.release(dy);
      }
      for (const tensor of node.saved) device.release(tensor);
      node.output.tape = null;
    }
    this.#nodes.length = 0;
    for (const g of gradients.values()) device.release(g);
    device.release(seed);
    return result;
  }

  /** Forgets everything recorded, for a forward pass that needs no gradient after all. */
  clear(): void {
    for (const node of this.#nodes) {
      for (const tensor of node.saved) this.#device.release(tensor);
      node.output.tape = null;
    }
    this.#nodes.length = 0;
  }

  #isParameter(input: AnyTensor | undefined): boolean {
    return input !== undefined && this.#destinations.has(input as Tensor);
  }
}

/** `a + b`, written into `a` where `inPlace` allows it. Not on the tape. */
export function addInto(a: Tensor, b: Tensor, inPlace: boolean): Tensor {
  const { device } = a;
  if (inPlace) {
    const n = Math.ceil(a.size / 4);
    device.dispatch(accumulateKernel(a.precision), { a, b }, { n }, pointwiseGroups(a.size));
    return a;
  }
  const sum = device.emptyLike(a);
  device.copy(a, sum);
  return addInto(sum, b, true);
}

/** Whether only one holds a gradient, beside the scope it was made in. */
function seenByOne({ storage }: Tensor): boolean {
  return storage.refs <= (storage.scope ? 2 : 1);
}

/** Whether two tensors are one piece of memory; a view is another handle to it. */
function sameMemory(a: Tensor, b: Tensor): boolean {
  return a.storage === b.storage && a.offset === b.offset;
}

/**
 * Notes an operation on the current tape, if there is one and an input's gradient is wanted, and in
 * the device's trace.
 *
 * @param saved Tensors that `backward` uses.
 * @param attributes What it was applied with; a trace takes operations without them for unknown.
 * @returns `output`, for chaining.
 */
export function record<T extends Tensor>(
  name: string,
  inputs: readonly AnyTensor[],
  output: T,
  saved: readonly AnyTensor[],
  backward: Backward,
  attributes?: Attributes,
): T {
  const { tape, trace } = output.device;
  trace?.operation({ name, inputs, output, attributes });
  if (tape && inputs.some((input) => input.tape === tape)) {
    tape.push({ name, inputs, output, saved, backward });
  }
  return output;
}

/**
 * The value of a scalar function and its gradients with respect to some tensors.
 *
 * @param parameters Tensors to differentiate by.
 * @param body Computes a scalar from them.
 * @returns The value, and a gradient for each parameter (zeros if the value does not depend on it).
 *
 * @example d(x²)/dx at 3
 * ```ts
 * import { gradients, mul, requestDevice } from "@longtail/longtail/core";
 * import assert from "node:assert/strict";
 *
 * const device = await requestDevice();
 * const x = device.tensor([3], []);
 * const { grads } = gradients([x], () => mul(x, x));
 * assert.deepEqual([...await device.read(grads[0]!)], [6]);
 * device.destroy();
 * ```
 */
export function gradients(
  parameters: readonly Tensor[],
  body: () => Tensor,
): { value: Tensor; grads: Tensor[] } {
  const [first] = parameters;
  if (!first) throw new TypeError("Cannot differentiate by no parameters: pass at least one");
  const { device } = first;
  return device.scope(() => {
    const tape = new Tape(device, new Map(parameters.map((p) => [p, null])));
    const value = tape.record(body);
    if (value.size !== 1) {
      tape.clear();
      throw new TypeError(`Cannot differentiate ${value}: the result must be a single number`);
    }
    const found = tape.backward(value);
    const grads = parameters.map((p) => found.get(p) ?? device.zeros(p.shape));
    for (const g of found.values()) device.adopt(g);
    return { value, grads };
  });
}
