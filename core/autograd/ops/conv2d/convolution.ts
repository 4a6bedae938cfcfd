import type { Precision } from "../../../../kernels/kernel.ts";
import type { Tensor } from "../../tensor.ts";
import type { ConvGeometry } from "./geometry.ts";
import type { InputPhase } from "./input_phases.ts";

/** A way to compute the three convolutions of training. None is followed by the tape. */
export interface ConvKernels {
  /** `y` [N, OH, OW, O] in a precision. */
  forward(x: Tensor, w: Tensor, addends: Addends, g: ConvGeometry, to: Precision): Tensor;
  /**
   * Gradient of `x` [N, H, W, C] in a precision, scaled as `dy` is; kernels that can add it to `sum`,
   * if given, return that.
   */
  inputGradient(dy: Tensor, w: Tensor, g: ConvGeometry, to: Precision, sum?: Tensor): Tensor;
  /** Gradient of `w` [KH, KW, C, O], in `out` if given. */
  filterGradient(x: Tensor, dy: Tensor, g: ConvGeometry, out?: Tensor): Tensor;
}

/** What a convolution's result is added to. */
export interface Addends {
  /** A number a channel [O]. */
  readonly bias: Tensor | undefined;
  /** A number an element [N, OH, OW, O]. */
  readonly plus: Tensor | undefined;
}

/** A convolution as the kernels do it: forward, or one phase of the input gradient. */
export interface Convolution {
  readonly tapRows: number;
  readonly tapColumns: number;
  /** Pixels of the input between neighbouring outputs. */
  readonly stride: number;
  /** Row and column of the input that the first output begins with; negative in the padding. */
  readonly top: number;
  readonly left: number;
  /** Rows and columns of outputs. */
  readonly rows: number;
  readonly columns: number;
  /** Where they are written: the first place, and the pixels from one to the next. */
  readonly outTop: number;
  readonly outLeft: number;
  readonly step: number;
  readonly bias: Tensor | undefined;
}

/** The forward convolution. */
export function forwardConvolution(g: ConvGeometry, bias: Tensor | undefined): Convolution {
  return {
    tapRows: g.kernelHeight,
    tapColumns: g.kernelWidth,
    stride: g.stride,
    top: -g.padding,
    left: -g.padding,
    rows: g.outHeight,
    columns: g.outWidth,
    outTop: 0,
    outLeft: 0,
    step: 1,
    bias,
  };
}

/** The convolution of `dy` that yields the pixels of a phase. */
export function phaseConvolution(phase: InputPhase, g: ConvGeometry): Convolution {
  return { ...phase, stride: 1, step: g.stride, bias: undefined };
}
