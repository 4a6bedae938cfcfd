import { type Device, Tape, type Tensor } from "@longtail/longtail/core";

type Node = Parameters<Tape["push"]>[0];

/** A tape that only looks at the operation. */
class Observer extends Tape {
  node: Node | undefined;

  override push(node: Node): void {
    this.node = node;
  }
}

/**
 * The gradient of one operation by its input number `wanted`, to be run alone: what a tape would
 * run, without the forward pass before it.
 *
 * @param inputs of the operation.
 * @throws {TypeError} if the operation has no gradient.
 */
export function longtailBackward(
  device: Device,
  { inputs, wanted, operation }: {
    readonly inputs: readonly Tensor[];
    readonly wanted: number;
    operation(): Tensor;
  },
): (dy: Tensor) => Tensor[] {
  const observer = new Observer(device, new Map(inputs.map((tensor) => [tensor, null])));
  device.scope(() => void observer.record(operation));
  const { node } = observer;
  if (!node) throw new TypeError("The operation has no gradient");
  const context = {
    needs: (i: number) => i === wanted,
    out: () => undefined,
    sum: () => undefined,
  };
  return (dy) => node.backward(dy, context).filter((gradient) => gradient !== undefined);
}
