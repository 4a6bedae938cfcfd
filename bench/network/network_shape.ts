import { type NetworkOps, type WideResNet, wideResNet } from "./wide_resnet.ts";

/** A parameter of a network. */
export interface Parameter {
  readonly name: string;
  readonly shape: readonly number[];
}

/** What a forward pass over one image needs. */
export interface NetworkShape {
  /** In the order of the forward pass. */
  readonly parameters: readonly Parameter[];
  /** Multiplications and additions of convolutions and the linear layer, one image, forward. */
  readonly flops: number;
}

/** Walks a network with shapes in place of tensors; `size` is the images' side in pixels. */
export function networkShape(net: WideResNet, size: number): NetworkShape {
  const parameters: Parameter[] = [];
  let flops = 0;
  const product = (v: readonly number[]) => v.reduce((a, b) => a * b, 1);
  const ops: NetworkOps<readonly number[]> = {
    parameter(name, shape) {
      parameters.push({ name, shape });
      return shape;
    },
    share: (x) => x,
    conv2d([, height = 0, width = 0], w, stride) {
      const y = [w[0] ?? 0, height / stride, width / stride];
      flops += 2 * product(w) * product(y.slice(1));
      return y;
    },
    batchNorm: (x) => x,
    leakyRelu: (x) => x,
    add: (a) => a,
    globalAveragePool: (x) => x.slice(0, 1),
    linear(_x, w) {
      flops += 2 * product(w);
      return w.slice(0, 1);
    },
  };
  wideResNet(net, ops, [3, size, size]);
  return { parameters, flops };
}
