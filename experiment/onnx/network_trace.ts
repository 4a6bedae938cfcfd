import type { Trace, TracedOperation } from "../../core/autograd/tape.ts";
import type { AnyTensor } from "../../core/autograd/tensor.ts";

/** Where a tensor's elements came from. */
export type Origin =
  | { readonly kind: "operation"; readonly operation: TracedOperation }
  | { readonly kind: "constant"; readonly data: Float32Array }
  | { readonly kind: "input" }
  | { readonly kind: "parameter"; readonly name: string };

/** A tensor that was seen, and where it came from. */
export interface Traced {
  readonly tensor: AnyTensor;
  readonly origin: Origin;
}

/** Writes down where each tensor of one run of a network came from. */
export class NetworkTrace implements Trace {
  /** By memory: what was made there, in each shape it was seen in. */
  readonly #seen = new Map<AnyTensor["storage"], Traced[]>();

  operation(operation: TracedOperation): void {
    this.note(operation.output, { kind: "operation", operation });
  }

  constant(tensor: AnyTensor, data?: ArrayLike<number>): void {
    const values = data ? Float32Array.from(data) : new Float32Array(tensor.size);
    this.note(tensor, { kind: "constant", data: values });
  }

  /** Says where a tensor comes from; the first word on it counts, others are views of the same. */
  note(tensor: AnyTensor, origin: Origin): void {
    if (this.#find(tensor, true)) return;
    const others = this.#seen.get(tensor.storage);
    if (others) others.push({ tensor, origin });
    else this.#seen.set(tensor.storage, [{ tensor, origin }]);
  }

  /**
   * Where a tensor came from; of a view in another shape what it is a view of, which then has another
   * shape. Undefined where nobody said.
   */
  find(tensor: AnyTensor): Traced | undefined {
    return this.#find(tensor, true) ?? this.#find(tensor, false);
  }

  #find({ storage, offset, size, shape }: AnyTensor, sameShape: boolean): Traced | undefined {
    return this.#seen.get(storage)?.find(({ tensor: t }) =>
      t.offset === offset && t.size === size && (!sameShape || t.shape.join() === shape.join())
    );
  }
}
