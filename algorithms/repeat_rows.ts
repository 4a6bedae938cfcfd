import { concat, type Tensor } from "../core/mod.ts";

/** Labels, targets or masks of one view, for `views` of them: the same rows again and again. */
export function repeatRows<D extends "f32" | "i32">(x: Tensor<D>, views: number): Tensor<D> {
  return views === 1 ? x : concat(new Array<Tensor<D>>(views).fill(x), 0);
}
