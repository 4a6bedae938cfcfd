import type { Tensor } from "../../../core/autograd/tensor.ts";
import type { Builder } from "../../../core/nn/builder.ts";
import { constant } from "../../../core/nn/init.ts";
import type { Body, Model, ModelInput } from "../../../core/nn/model.ts";
import type { Weights } from "../../../core/nn/parameters.ts";

/**
 * A stub network to which the image without a pattern, the only batch of one row, is what a case
 * gives as the parameter `blank`. It notes how many images each pass has.
 */
export class BlankModel<M extends Model & { average: Weights | null }> implements Model {
  readonly name = "blank";
  /** What sees all other images. */
  readonly inner: M;
  /** Rows of all passes since the network was built. */
  rows: number[] = [];
  readonly #width: number;

  /** @param width Numbers of an image. */
  constructor(inner: M, width: number) {
    this.inner = inner;
    this.#width = width;
  }

  build(b: Builder, input: ModelInput): Body {
    this.rows = [];
    const blank = b.parameter("blank", [1, this.#width], constant(0));
    const body = this.inner.build(b, input);
    return {
      ...body,
      forward: (x: Tensor, pass) => {
        this.rows.push(x.shape[0] ?? 0);
        return body.forward(x.shape[0] === 1 ? blank(pass) : x, pass);
      },
    };
  }
}
