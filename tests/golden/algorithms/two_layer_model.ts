import { add, concat, matmul, reshape, slice, tanh } from "../../../core/autograd/ops/mod.ts";
import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Builder, Layer, Pass } from "../../../core/nn/builder.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Body, Model } from "../../../core/nn/model.ts";

/** Sizes of a {@linkcode TwoLayerModel}. */
export interface TwoLayerOptions {
  /** Numbers of an image. */
  readonly inputs: number;
  readonly hidden: number;
  readonly classes: number;
  /** Outputs of a rotation head; without it there is none. */
  readonly turns?: number;
}

/**
 * The network of `alg_usb_mix`: tanh(x W1 + b1) W2 + b2 without batch norm. With a rotation head an
 * image holds its turned version beside itself, which alone that head sees: the cases give it, and
 * turning one pixel of many channels changes nothing.
 */
export class TwoLayerModel implements Model {
  readonly name = "two layers";
  /** Images of the last pass. */
  last: Tensor | null = null;
  readonly #options: TwoLayerOptions;

  constructor(options: TwoLayerOptions) {
    this.#options = options;
  }

  build(b: Builder): Body {
    const { inputs, hidden, classes, turns } = this.#options;
    const w1 = b.parameter("W1", [inputs, hidden], constant(0));
    const b1 = b.parameter("b1", [hidden], constant(0));
    const feature = (x: Tensor, pass: Pass) => tanh(add(matmul(x, w1(pass)), b1(pass)));
    const main = head(b, { names: ["W2", "b2"], hidden, classes, start: 0 });
    const rotation = turns === undefined
      ? {}
      : { rotation: head(b, { names: ["Wr", "br"], hidden, classes: turns, start: hidden }) };
    return {
      features: turns === undefined ? hidden : 2 * hidden,
      forward: (x, pass) => {
        this.#keep(x);
        const flat = reshape(x, [x.shape[0]!, -1]); // images have a batch axis
        if (turns === undefined) return feature(flat, pass);
        const half = (start: number) => slice(flat, { axis: 1, start, end: start + inputs });
        return concat([feature(half(0), pass), feature(half(inputs), pass)], 1);
      },
      heads: { main, ...rotation },
    };
  }

  #keep(x: Tensor): void {
    if (this.last) this.last.device.release(this.last);
    x.device.retain(x);
    this.last = x;
  }
}

/** A linear head on some of the features. */
function head(
  b: Builder,
  { names: [weight, bias], hidden, classes, start }: {
    readonly names: readonly [string, string];
    readonly hidden: number;
    readonly classes: number;
    readonly start: number;
  },
): Layer {
  const w = b.parameter(weight, [hidden, classes], constant(0));
  const offset = b.parameter(bias, [classes], constant(0));
  return (x, pass) => {
    const own = slice(x, { axis: 1, start, end: start + hidden });
    return add(matmul(own, w(pass)), offset(pass));
  };
}
