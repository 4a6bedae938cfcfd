import type { Tensor } from "../../tensor.ts";
import type { ConvGeometry } from "./geometry.ts";

/** A way to compute the three convolutions of training. None is followed by the tape. */
export interface ConvKernels {
  /** `y` [N, OH, OW, O]. */
  forward(x: Tensor, w: Tensor, bias: Tensor | undefined, g: ConvGeometry): Tensor;
  /** Gradient of `x` [N, H, W, C]. */
  inputGradient(dy: Tensor, w: Tensor, g: ConvGeometry): Tensor;
  /** Gradient of `w` [KH, KW, C, O], in `out` if given. */
  filterGradient(x: Tensor, dy: Tensor, g: ConvGeometry, out?: Tensor): Tensor;
}
