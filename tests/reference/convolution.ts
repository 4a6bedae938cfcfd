import { type Nd, nd } from "./nd.ts";

/** Sizes of a convolution beyond those of its operands. */
export interface Window {
  readonly stride: number;
  readonly padding: number;
  /** Parts of the channels that do not see each other; 1 by default. */
  readonly groups?: number;
}

/** A convolution in doubles with all of its gradients, summed pair by pair from the definition. */
export function convolutionNd(
  x: Nd,
  w: Nd,
  { stride, padding, groups = 1, dy }: Window & { dy: (shape: readonly number[]) => Nd },
): { y: Nd; dx: Nd; dw: Nd; db: Nd; dy: Nd } {
  const [n, h, width, c] = x.shape as Quad, [kh, kw, own, o] = w.shape as Quad;
  const oh = Math.floor((h + 2 * padding - kh) / stride) + 1;
  const ow = Math.floor((width + 2 * padding - kw) / stride) + 1;
  const shape = [n, oh, ow, o], arriving = dy(shape);
  const y = new Float64Array(n * oh * ow * o), db = new Float64Array(o);
  const dx = new Float64Array(x.data.length), dw = new Float64Array(w.data.length);
  for (let pixel = 0; pixel < n * oh * ow; pixel++) {
    const image = Math.floor(pixel / (oh * ow));
    const top = Math.floor(pixel / ow) % oh * stride - padding,
      left = pixel % ow * stride - padding;
    for (let k = 0; k < o; k++) db[k]! += arriving.data[pixel * o + k]!; // indices here are inside
    for (let a = 0; a < kh; a++) {
      for (let b = 0; b < kw; b++) {
        const row = top + a, column = left + b;
        if (row < 0 || row >= h || column < 0 || column >= width) continue;
        for (let i = 0; i < c; i++) {
          const from = ((image * h + row) * width + column) * c + i;
          const group = Math.floor(i / own), weights = ((a * kw + b) * own + i % own) * o;
          const v = x.data[from]!;
          let back = 0;
          for (let k = group * o / groups; k < (group + 1) * o / groups; k++) {
            const weight = w.data[weights + k]!, d = arriving.data[pixel * o + k]!;
            y[pixel * o + k]! += v * weight;
            dw[weights + k]! += v * d;
            back += weight * d;
          }
          dx[from]! += back;
        }
      }
    }
  }
  return {
    y: nd(shape, y),
    dx: nd(x.shape, dx),
    dw: nd(w.shape, dw),
    db: nd([o], db),
    dy: arriving,
  };
}

type Quad = readonly [number, number, number, number];
